"""Plan a year: propose its eight editions, and put the proposal in the year plan."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from itertools import groupby

from sqlalchemy.dialects.postgresql import insert

from newsletter.catalogue.queries import magazine
from newsletter.clock import AMSTERDAM, local
from newsletter.editions import days
from newsletter.editions.days import Closed
from newsletter.editions.models import Edition
from newsletter.editions.period_queries import closed_between
from newsletter.editions.queries import year_plan
from newsletter.errors import BadInput
from newsletter.extensions import db
from newsletter.working_days import ONE_DAY, is_working_day

SEND_TIME = time(10, 0)  # Europe/Amsterdam
DEADLINE_TIME = time(17, 0)
COPY_DAYS, APPROVAL_DAYS = 14, 4
BETWEEN_DAYS = 7  # from copy to approval, at least
MOST_EDITIONS = 8
FIRST_YEAR, LAST_YEAR = 2007, 2100
HALF = Fraction(1, 2)


@dataclass(frozen=True)
class Proposed:
    """The moments proposed for one edition of a year, aware, in UTC."""

    number: int
    send_at: datetime
    copy_deadline_at: datetime
    approval_deadline_at: datetime


def propose(
    year: int,
    *,
    editions_per_year: int = MOST_EDITIONS,
    kept: Mapping[int, date] | None = None,
    closed: Sequence[Closed] = (),
    busy: Collection[date] = (),
) -> tuple[Proposed, ...]:
    """Evenly spread moments for the editions of a year, each on a good day at 10.00.

    Pure. `kept` are the local days of numbers that stand already: they get no proposal, and the
    others are spread over the weeks between them. Good is a Tuesday, or else a Wednesday or
    Thursday, in the Netherlands: no public holiday and not the working day after one, not in
    summer, not around Christmas, in no `closed` period, on no `busy` day. Copy is due 14 days
    before and approval 4 days before, at 17.00, or on the last working day outside those periods
    before that. Times are those of Europe/Amsterdam. Raises BadInput at `year` (`out_of_range`, or
    `no_room` when fewer good weeks are left than editions) or `editions_per_year`.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise BadInput("year", "out_of_range")
    if not 1 <= editions_per_year <= MOST_EDITIONS:
        raise BadInput("editions_per_year", "out_of_range")
    kept = kept or {}
    weeks = _good_weeks(year, closed, busy)
    missing = [number for number in range(1, editions_per_year + 1) if number not in kept]
    return tuple(
        _proposed(number, day, closed)
        for _, run in groupby(enumerate(missing), lambda each: each[1] - each[0])
        for number, day in _spread([number for _, number in run], kept, weeks)
    )


def plan_year(
    year: int, now: datetime, *, busy: Collection[date] = ()
) -> Sequence[Edition]:
    """The year's plan; editions that it still misses are added as proposed. Safe to repeat.

    On a `busy` day no edition is proposed. Volumes follow the magazine's base year. Raises
    BadInput at `year`, NotFound without a magazine.
    """
    identity = magazine()
    per_year = identity.editions_per_year
    volume = year - identity.volume_base_year
    if volume < 1:
        raise BadInput("year", "out_of_range")
    have = year_plan(year)
    # A year that appeared in another rhythm (2018: four numbers) is not filled up afterwards.
    if have and year < now.year:
        return have
    # A deadline of January may fall in the year before.
    closed = closed_between(date(year - 1, 7, 1), date(year, 12, 31))
    rows = [
        {
            "volume": volume,
            "number": proposed.number,
            "numbers_in_year": per_year,
            "send_at": proposed.send_at,
            "copy_deadline_at": proposed.copy_deadline_at,
            "approval_deadline_at": proposed.approval_deadline_at,
        }
        for proposed in propose(year, editions_per_year=per_year, closed=closed, busy=busy,
                                kept={each.number: local(each.send_at).date() for each in have})
    ]
    if rows:
        db.session.execute(insert(Edition).values(rows).on_conflict_do_nothing())
    return year_plan(year)


def _good_weeks(year: int, closed: Sequence[Closed], busy: Collection[date]) -> list[date]:
    """For each week of the year with a good day in it, the first of these."""
    first = date(year, 1, 1)
    weeks: dict[tuple[int, int], date] = {}
    for offset in range(366):
        day = first + timedelta(days=offset)
        if day.year == year and day not in busy and days.is_good_for_sending(day, closed):
            weeks.setdefault(_week(day), day)
    return sorted(weeks.values())


def _spread(
    run: Sequence[int], kept: Mapping[int, date], weeks: Sequence[date]
) -> Iterator[tuple[int, date]]:
    """A day for each of these successive numbers, between the kept ones on both sides.

    Each week is a cell of width 1 on a line; a kept edition stands in the middle of the cell just
    outside it. At an end of the year half a step is left free, beside a kept edition a whole one.
    """
    before = max((_week(day) for number, day in kept.items() if number < run[0]), default=None)
    after = min((_week(day) for number, day in kept.items() if number > run[-1]), default=None)
    free = [
        day for day in weeks
        if (before is None or _week(day) > before) and (after is None or _week(day) < after)
    ]
    if len(free) < len(run):
        raise BadInput("year", "no_room")
    start, left = (Fraction(0), HALF) if before is None else (-HALF, Fraction(1))
    end, right = (len(free), HALF) if after is None else (len(free) + HALF, Fraction(1))
    step = (end - start) / (len(run) - 1 + left + right)
    for place, number in enumerate(run):
        yield number, free[int(start + (left + place) * step)]


def _week(day: date) -> tuple[int, int]:
    return day.isocalendar()[:2]


def _proposed(number: int, day: date, closed: Sequence[Closed]) -> Proposed:
    approval = _working_day_until(day - timedelta(days=APPROVAL_DAYS), closed)
    copy = min(day - timedelta(days=COPY_DAYS), approval - timedelta(days=BETWEEN_DAYS))
    return Proposed(
        number,
        _at(day, SEND_TIME),
        _at(_working_day_until(copy, closed), DEADLINE_TIME),
        _at(approval, DEADLINE_TIME),
    )


def _working_day_until(day: date, closed: Sequence[Closed]) -> date:
    while not is_working_day(day) or days.closed_on(day, closed):
        day -= ONE_DAY
    return day


def _at(day: date, moment: time) -> datetime:
    return datetime.combine(day, moment, tzinfo=AMSTERDAM).astimezone(UTC)
