"""Move an edition along the line of the year plan, hear first what to mind, and put it back."""

from datetime import date

from flask import abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from newsletter import clock
from newsletter.editions.mind_dates import minds_of
from newsletter.editions.models import Edition, EditionStatus
from newsletter.editions.move_dates import Dates, dates_of, move_dates
from newsletter.editions.put_back import put_back
from newsletter.editions.queries import year_of
from newsletter.editions.shift_dates import shifted
from newsletter.errors import BadInput, EditionNotReady, WrongState
from newsletter.web.dates import day_in_words, moment_in_words, upfirst
from newsletter.web.desk.acts import recorded
from newsletter.web.desk.around import around_dates
from newsletter.web.desk.cautions import in_words
from newsletter.web.desk.forms import revision_of
from newsletter.web.desk.found import wanted_edition
from newsletter.web.desk.reasons import explain
from newsletter.web.desk.said import _
from newsletter.web.desk.void_after import tell, void_after
from newsletter.web.languages import current_language

YEARS = range(2000, 2101)  # as read_day takes them


def look(key: str) -> Response:
    """GET /redactie/edities/<key>/verplaats?dag=2027-03-09: what a move to that day would mean."""
    edition = wanted_edition(key)
    day = _day(request.args.get("dag"))
    if day is None or edition.status is EditionStatus.PUBLISHED:
        abort(404)
    dates = shifted(dates_of(edition), day)
    sentences = [
        f"{upfirst(moment_in_words(dates.send_at, current_language()))}.",
        *_minds(edition, dates),
    ]
    return Response(" ".join(sentences), content_type="text/plain; charset=utf-8")


def shift(key: str) -> Response:
    """POST /redactie/edities/<key>/verplaats: to another day, and the deadlines come along."""
    edition = wanted_edition(key)
    back = _back_to(edition)
    day = _day(request.form.get("day"))
    if day is None:
        flash(_("Deze dag staat niet op de kalender."), "wrong")
        return back
    dates = shifted(dates_of(edition), day)
    try:
        with recorded("move_dates", f"edition:{edition.key}",
                      before=edition.send_at.isoformat(), after=dates.send_at.isoformat()):
            move_dates(edition, dates, revision=revision_of(request.form.get("revision")),
                       now=clock.now())
            fell = void_after(edition)
    except (BadInput, WrongState) as refused:
        flash(_("Niet verplaatst. %(why)s", why=_why(refused)), "wrong")
        return back
    tell(fell)
    words = _("Editie %(number)s staat nu op %(day)s. Kopij en akkoord schoven mee.",
              number=_number(edition), day=day_in_words(day, current_language()))
    flash(" ".join([words, *_minds(edition, dates)]), "done")
    return back


def put_it_back(key: str) -> Response:
    """POST /redactie/edities/<key>/zet-terug: the dates from before the last move."""
    edition = wanted_edition(key)
    try:
        with recorded("put_back_dates", f"edition:{edition.key}",
                      before=edition.send_at.isoformat()) as act:
            dates = put_back(edition, revision=revision_of(request.form.get("revision")),
                             now=clock.now())
            act.details["after"] = dates.send_at.isoformat()
            fell = void_after(edition)
    except (BadInput, WrongState) as refused:
        flash(_("Niet teruggezet. %(why)s", why=_why(refused)), "wrong")
    else:
        tell(fell)
        flash(_("Teruggezet: editie %(number)s staat weer op %(day)s.", number=_number(edition),
                day=day_in_words(dates.send_at, current_language())), "done")
    return _back_to(edition)


def _back_to(edition: Edition) -> Response:
    return redirect(
        url_for("desk.year_plan", year=year_of(edition), _anchor=f"move-{edition.key}"), 303
    )


def _minds(edition: Edition, dates: Dates) -> list[str]:
    found = in_words(minds_of(dates, around_dates(dates), of=edition))
    return [_("Let op:"), *found] if found else []


def _why(refused: BadInput | WrongState) -> str:
    if isinstance(refused, BadInput):
        if refused.field == "revision":
            return _("Iemand anders heeft intussen iets bewaard. Kijk hoe het er nu voor staat.")
        return explain(refused)
    if isinstance(refused, EditionNotReady):
        return _("Een artikel is dan nog niet vrijgegeven.")
    if str(refused) == "not_moved":
        return _("Er is geen verplaatsing om terug te zetten.")
    return _("De editie is al vertrokken.")


def _number(edition: Edition) -> str:
    return edition.key.replace("-", "·")


def _day(text: str | None) -> date | None:
    """The day in `2027-03-09`, when there is such a day in a year that can be planned."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if day.year in YEARS else None
