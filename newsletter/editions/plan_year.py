"""Plan a year: propose its eight editions, and put the proposal in the year plan."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy.dialects.postgresql import insert

from newsletter.catalogue.queries import magazine
from newsletter.clock import AMSTERDAM
from newsletter.editions import days
from newsletter.editions.models import Edition
from newsletter.editions.queries import year_plan
from newsletter.errors import BadInput
from newsletter.extensions import db
from newsletter.working_days import ONE_DAY, is_working_day

SEND_TIME = time(10, 0)  # Europe/Amsterdam
DEADLINE_TIME = time(17, 0)
COPY_DAYS, APPROVAL_DAYS = 14, 4
MOST_EDITIONS = 8
FIRST_YEAR, LAST_YEAR = 2007, 2100


@dataclass(frozen=True)
class Proposed:
    """The moments proposed for one edition of a year, aware, in UTC."""

    number: int
    send_at: datetime
    copy_deadline_at: datetime
    approval_deadline_at: datetime


def propose(year: int, *, editions_per_year: int = 8) -> tuple[Proposed, ...]:
    """Evenly spread moments for the editions of a year, each on a good day at 10.00.

    Pure. Good is a Tuesday, or else a Wednesday or Thursday, in the Netherlands: no public
    holiday and not the day after one, not in summer, not around Christmas. Copy is due 14 days
    before and approval 4 days before, at 17.00, or on the last working day before that. Times are
    those of Europe/Amsterdam. Raises BadInput at `year` or `editions_per_year`.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise BadInput("year", "out_of_range")
    if not 1 <= editions_per_year <= MOST_EDITIONS:
        raise BadInput("editions_per_year", "out_of_range")
    weeks = _good_weeks(year)
    return tuple(
        _proposed(number, weeks[int((number - 0.5) * len(weeks) / editions_per_year)])
        for number in range(1, editions_per_year + 1)
    )


def plan_year(year: int, now: datetime) -> Sequence[Edition]:
    """The year's plan; editions that it still misses are added as proposed. Safe to repeat.

    Volumes follow the magazine's base year. Raises BadInput at `year`, NotFound without a
    magazine.
    """
    identity = magazine()
    per_year = identity.editions_per_year
    proposals = propose(year, editions_per_year=per_year)
    volume = year - identity.volume_base_year
    if volume < 1:
        raise BadInput("year", "out_of_range")
    have = {edition.number for edition in year_plan(year)}
    missing = [proposed for proposed in proposals if proposed.number not in have]
    # A year that appeared in another rhythm (2018: four numbers) is not filled up afterwards.
    if missing and (not have or year >= now.year):
        rows = [
            {
                "volume": volume,
                "number": proposed.number,
                "numbers_in_year": per_year,
                "send_at": proposed.send_at,
                "copy_deadline_at": proposed.copy_deadline_at,
                "approval_deadline_at": proposed.approval_deadline_at,
            }
            for proposed in missing
        ]
        db.session.execute(insert(Edition).values(rows).on_conflict_do_nothing())
    return year_plan(year)


def _good_weeks(year: int) -> list[date]:
    """For each week of the year with a good day in it, the first of these."""
    first = date(year, 1, 1)
    weeks: dict[tuple[int, int], date] = {}
    for offset in range(366):
        day = first + timedelta(days=offset)
        if day.year == year and days.is_good_for_sending(day):
            weeks.setdefault(day.isocalendar()[:2], day)
    return sorted(weeks.values())


def _proposed(number: int, day: date) -> Proposed:
    return Proposed(
        number,
        _at(day, SEND_TIME),
        _at(_working_day_until(day - timedelta(days=COPY_DAYS)), DEADLINE_TIME),
        _at(_working_day_until(day - timedelta(days=APPROVAL_DAYS)), DEADLINE_TIME),
    )


def _working_day_until(day: date) -> date:
    while not is_working_day(day):
        day -= ONE_DAY
    return day


def _at(day: date, moment: time) -> datetime:
    return datetime.combine(day, moment, tzinfo=AMSTERDAM).astimezone(UTC)
