"""The year plan: a year's editions in one line and in a table, and the days it keeps free."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from newsletter import clock
from newsletter.accounts.queries import names_of
from newsletter.catalogue.queries import magazine
from newsletter.editions.approval_queries import approved_editions, waiting_approvals
from newsletter.editions.mind_dates import minds_of
from newsletter.editions.models import ClosedPeriod, Edition, EditionStatus
from newsletter.editions.move_dates import dates_of
from newsletter.editions.period_queries import periods_between
from newsletter.editions.plan_year import FIRST_YEAR, LAST_YEAR
from newsletter.editions.plan_year import plan_year as plan_editions
from newsletter.editions.queries import year_plan
from newsletter.errors import BadInput
from newsletter.sending.remind import house_plan
from newsletter.web.desk.acts import recorded
from newsletter.web.desk.around import around_year
from newsletter.web.desk.cautions import in_words
from newsletter.web.desk.forms import PressForm
from newsletter.web.desk.names import State, edition_state
from newsletter.web.desk.period_forms import PeriodForm
from newsletter.web.desk.reminder_rows import days_in_words, reminder_rows
from newsletter.web.desk.said import _
from newsletter.web.desk.year_line import line_of
from newsletter.working_days import holidays_of


@dataclass(frozen=True)
class FreeDays:
    """A holiday, or a period that somebody entered, in the list of days without editions."""

    name: str
    first_on: date
    last_on: date
    period: ClosedPeriod | None = None
    entered_by: str = ""


def this_year() -> Response:
    """GET /redactie/jaarplan: the plan of the present year."""
    return redirect(url_for("desk.year_plan", year=clock.local(clock.now()).year), 303)


def page(year: int) -> str:
    """GET /redactie/jaarplan/<year>: the plan as it stands; an unplanned year offers a proposal.

    Also of the address that takes a period, for who loads its answer once more.
    """
    require_year(year)
    return show(year, PeriodForm(formdata=None))


def plan(year: int) -> Response:
    """POST /redactie/jaarplan/<year>/voorstel: put the proposal in the plan; safe to repeat."""
    require_year(year)
    try:
        with recorded("plan_year", f"year:{year}"):
            plan_editions(year, clock.now(), busy=around_year(year).monthly_days)
    except BadInput:
        flash(_("Er zijn niet genoeg goede weken over voor alle edities. Maak een vrije periode "
                "korter, of verzet eerst een editie."), "wrong")
    else:
        flash(_("Het voorstel staat in het jaarplan. Je kunt elke datum wijzigen."), "done")
    return redirect(url_for("desk.year_plan", year=year), 303)


def show(year: int, form: PeriodForm) -> str:
    """The page of a year, with a form for one more period."""
    now = clock.now()
    editions, around, identity = year_plan(year), around_year(year), magazine()
    plan = house_plan()
    coming = [one for one in editions
              if one.status is not EditionStatus.PUBLISHED and one.send_at >= now]
    return render_template(
        "pages/desk/year_plan.html",
        year=year,
        volume=year - identity.volume_base_year,
        editions=editions,
        states=_states(editions, now),
        is_short=len(editions) < identity.editions_per_year and year >= clock.local(now).year,
        line=line_of(year, editions, around.closed, now=now),
        free_days=_free_days(year),
        minds=[(edition, in_words(minds_of(dates_of(edition), around, of=edition)))
               for edition in coming],
        reminders=reminder_rows(coming, plan, now=now),
        reminder_days=days_in_words(plan),
        earlier=year - 1 if is_in_range(year - 1) else None,
        later=year + 1 if is_in_range(year + 1) else None,
        press=PressForm(formdata=None),
        form=form,
        now=now,
    )


def require_year(year: int) -> None:
    """Answer 404 for a year without a volume."""
    if not is_in_range(year):
        abort(404)


def is_in_range(year: int) -> bool:
    """Whether the year has a volume and can be planned."""
    return max(FIRST_YEAR, magazine().volume_base_year + 1) <= year <= LAST_YEAR


def _states(editions: Sequence[Edition], now: datetime) -> dict[int, State]:
    """Where each edition stands, by its id; of one that is planned also its approval."""
    approved = approved_editions([edition.id for edition in editions])
    waiting = {one.edition_id for one in waiting_approvals(now)}
    found = {}
    for edition in editions:
        found[edition.id] = edition_state(edition, now)
        if edition.status is EditionStatus.PLANNED and edition.send_at >= now:
            if edition.id in waiting:
                found[edition.id] = State("mind", _("Wacht op akkoord"))
            elif edition.id in approved:
                found[edition.id] = State("info", _("Akkoord, nog niet ingepland"))
    return found


def _free_days(year: int) -> list[FreeDays]:
    periods = periods_between(date(year, 1, 1), date(year, 12, 31))
    names = names_of({each.entered_by for each in periods})
    found = [FreeDays(each.name, each.first_on, each.last_on, each, names[each.entered_by])
             for each in periods]
    found += [FreeDays(name, day, day) for day, name in holidays_of(year).items()]
    return sorted(found, key=lambda each: (each.first_on, each.last_on - each.first_on))
