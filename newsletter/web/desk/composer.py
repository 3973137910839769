"""The composer: an edition's texts, order, preview, checks and moment on one page."""

from flask import flash, redirect, render_template, request, url_for
from flask_security import current_user
from werkzeug.wrappers import Response

from newsletter import clock
from newsletter.editions.compose import GOOD_SUBJECT, compose, faults, tidy
from newsletter.editions.models import Edition, EditionStatus
from newsletter.editions.queries import list_published, list_unpublished, year_of
from newsletter.errors import BadInput, EditionNotReady
from newsletter.mailings.queries import find_mailing_of_edition
from newsletter.web.desk.acts import recorded
from newsletter.web.desk.checks import checks_of
from newsletter.web.desk.forms import PressForm, ProofForm, ScheduleForm, TextsForm, revision_of
from newsletter.web.desk.found import wanted_edition
from newsletter.web.desk.previews import VIEWS, compiled, text_of
from newsletter.web.desk.said import _

Answer = str | Response | tuple[str, int]


def shelf() -> str:
    """GET /redactie/edities: what is to come, and what has appeared."""
    return render_template(
        "pages/desk/editions.html",
        coming=list_unpublished(clock.now()),
        published=list_published(),
        now=clock.now(),
    )


def page(key: str) -> str:
    """GET /redactie/edities/<key>: the edition as it stands."""
    return show(wanted_edition(key))


def save(key: str) -> Answer:
    """POST /redactie/edities/<key>: keep the texts, unless someone else just saved."""
    edition = wanted_edition(key)
    form = TextsForm()
    try:
        with recorded("compose", f"edition:{edition.key}") as act:
            compose(edition, form.texts(), revision=revision_of(form.revision.data),
                    by=current_user.id, now=clock.now())
            act.details["revision"] = edition.revision
    except BadInput as fault:
        found = faults(tidy(form.texts())) or {fault.field: fault.reason}
        for field, reason in found.items():
            form.show_fault(BadInput(field, reason))
        return show(wanted_edition(key), texts=form), 400
    except EditionNotReady:
        flash(_("Niet bewaard. De editie is ingepland en zou dan iets missen."), "wrong")
        return show(wanted_edition(key), texts=form), 409
    flash(_("Bewaard."), "done")
    return redirect(url_for("desk.edition", key=key), 303)


def show(
    edition: Edition,
    *,
    texts: TextsForm | None = None,
    moment: ScheduleForm | None = None,
    order_fault: str = "",
    order_typed: dict[int, tuple[str, str]] | None = None,
) -> str:
    """The composer's page, with what was typed and refused still in it."""
    if texts is None:
        texts = TextsForm(formdata=None)
        texts.fill(edition)
    if moment is None:
        moment = ScheduleForm(formdata=None)
        moment.show(edition.send_at)
    view = request.args.get("beeld", "")
    manifest, too_large = compiled(edition)
    language = "en" if request.args.get("mail") == "en" else "nl"
    template = "edition_sent" if edition.status is EditionStatus.PUBLISHED else "edition"
    return render_template(
        f"pages/desk/{template}.html",
        edition=edition,
        year=year_of(edition),
        texts=texts,
        moment=moment,
        proof=ProofForm(formdata=None),
        press=PressForm(formdata=None),
        checks=checks_of(edition, manifest=manifest, too_large=too_large),
        view=view if view in VIEWS else VIEWS[0],
        views=VIEWS,
        preview_language=language,
        preview_text=text_of(manifest, language) if manifest else "",
        has_preview=manifest is not None,
        mailing=find_mailing_of_edition(edition.id),
        order_fault=order_fault,
        order_typed=order_typed or {},
        good_subject=GOOD_SUBJECT,
        now=clock.now(),
    )
