"""The dates of one edition: move them, and hear what to mind about them."""

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from newsletter import clock
from newsletter.editions.mind_dates import minds_of
from newsletter.editions.models import Edition, EditionStatus
from newsletter.editions.move_dates import Dates, dates_of, move_dates
from newsletter.editions.queries import year_of
from newsletter.errors import BadInput, EditionNotReady, WrongState
from newsletter.web.desk.acts import recorded
from newsletter.web.desk.around import around_dates
from newsletter.web.desk.cautions import in_words
from newsletter.web.desk.forms import DatesForm, revision_of
from newsletter.web.desk.found import wanted_edition
from newsletter.web.desk.said import _
from newsletter.web.desk.void_after import tell, void_after

Answer = str | Response | tuple[str, int]


def page(key: str) -> str:
    """GET /redactie/edities/<key>/data: the three moments as they stand."""
    edition = wanted_edition(key)
    form = DatesForm(formdata=None)
    form.fill(dates_of(edition), revision=edition.revision)
    return _show(edition, form)


def save(key: str) -> Answer:
    """POST /redactie/edities/<key>/data: other moments, unless they cannot be."""
    edition = wanted_edition(key)
    form = DatesForm()
    try:
        dates = form.dates()
        with recorded("move_dates", f"edition:{edition.key}") as act:
            act.details.update(before=dates_of(edition).send_at.isoformat(),
                               after=dates.send_at.isoformat())
            move_dates(edition, dates, revision=revision_of(form.revision.data), now=clock.now())
            fell = void_after(edition)
    except BadInput as fault:
        moved = fault.field in ("send_at", "copy_deadline_at", "approval_deadline_at")
        form.show_fault(fault, at=f"{fault.field}_day" if moved else None)
        return _show(wanted_edition(key), form), 400
    except EditionNotReady:
        flash(_("Niet bewaard: een artikel is dan nog niet vrijgegeven."), "wrong")
        return _show(wanted_edition(key), form), 409
    except WrongState:
        flash(_("Niet bewaard: de editie is al vertrokken."), "wrong")
        return redirect(url_for("desk.edition", key=key), 303)
    tell(fell)
    if _minds(edition, dates):
        flash(_("Bewaard. Waar je op moet letten, staat onder het plan."), "done")
    else:
        flash(_("Bewaard."), "done")
    return redirect(url_for("desk.year_plan", year=year_of(edition)), 303)


def _minds(edition: Edition, dates: Dates) -> list[str]:
    return in_words(minds_of(dates, around_dates(dates), of=edition))


def _show(edition: Edition, form: DatesForm) -> str:
    return render_template(
        "pages/desk/dates.html",
        edition=edition,
        year=year_of(edition),
        form=form,
        minds=_minds(edition, dates_of(edition)),
        is_scheduled=edition.status is EditionStatus.SCHEDULED,
        is_published=edition.status is EditionStatus.PUBLISHED,
    )
