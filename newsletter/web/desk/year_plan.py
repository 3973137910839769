"""The year plan: a year's editions in one line and in a table."""

from dataclasses import dataclass
from datetime import date, datetime

from babel.dates import format_date
from flask import abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from newsletter import clock
from newsletter.catalogue.queries import magazine
from newsletter.editions.models import Edition, EditionStatus
from newsletter.editions.move_dates import dates_of, minds_of
from newsletter.editions.plan_year import FIRST_YEAR, LAST_YEAR
from newsletter.editions.plan_year import plan_year as plan_editions
from newsletter.editions.queries import year_plan
from newsletter.web.desk.acts import recorded
from newsletter.web.desk.cautions import in_words
from newsletter.web.desk.forms import PressForm
from newsletter.web.desk.said import _
from newsletter.web.languages import current_language
from newsletter.working_days import holidays_of

LEFT, WIDTH = 10, 1080  # of the line, in the drawing's own units


@dataclass(frozen=True)
class Stretch:
    """Where an edition's moments stand on the line."""

    number: int
    copy: float
    approval: float
    send: float
    is_sent: bool


def this_year() -> Response:
    """GET /redactie/jaarplan: the plan of the present year."""
    return redirect(url_for("desk.year_plan", year=clock.local(clock.now()).year), 303)


def page(year: int) -> str:
    """GET /redactie/jaarplan/<year>: the plan as it stands; an unplanned year offers a proposal."""
    _in_range(year)
    now = clock.now()
    editions = year_plan(year)
    return render_template(
        "pages/desk/year_plan.html",
        year=year,
        volume=year - magazine().volume_base_year,
        editions=editions,
        stretches=[_stretch(edition, year) for edition in editions],
        months=[(_place(day, year), _short_month(day))
                for day in (date(year, month, 1) for month in range(1, 13))],
        holidays=[_place(day, year) for day in sorted(holidays_of(year))],
        today=_place(clock.local(now).date(), year) if clock.local(now).year == year else None,
        minds=[
            (edition, in_words(minds_of(dates_of(edition))))
            for edition in editions
            if edition.status is not EditionStatus.PUBLISHED and edition.send_at >= now
        ],
        earlier=year - 1 if _is_in_range(year - 1) else None,
        later=year + 1 if _is_in_range(year + 1) else None,
        press=PressForm(formdata=None),
        now=now,
    )


def plan(year: int) -> Response:
    """POST /redactie/jaarplan/<year>/voorstel: put the proposal in the plan; safe to repeat."""
    _in_range(year)
    with recorded("plan_year", f"year:{year}"):
        plan_editions(year, clock.now())
    flash(_("Het voorstel staat in het jaarplan. Je kunt elke datum wijzigen."), "done")
    return redirect(url_for("desk.year_plan", year=year), 303)


def _stretch(edition: Edition, year: int) -> Stretch:
    return Stretch(
        edition.number,
        _place(_day(edition.copy_deadline_at), year),
        _place(_day(edition.approval_deadline_at), year),
        _place(_day(edition.send_at), year),
        edition.status is EditionStatus.PUBLISHED,
    )


def _place(day: date, year: int) -> float:
    """Where a day stands on the line; days of other years stand at its ends."""
    length = (date(year + 1, 1, 1) - date(year, 1, 1)).days
    passed = min(max(0, (day - date(year, 1, 1)).days), length)
    return round(LEFT + WIDTH * passed / length, 1)


def _short_month(day: date) -> str:
    return str(format_date(day, "MMM", locale=current_language())).rstrip(".")


def _day(moment: datetime) -> date:
    return clock.local(moment).date()


def _in_range(year: int) -> None:
    if not _is_in_range(year):
        abort(404)


def _is_in_range(year: int) -> bool:
    return max(FIRST_YEAR, magazine().volume_base_year + 1) <= year <= LAST_YEAR
