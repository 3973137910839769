"""An edition goes to another day: its deadlines come along, it can be put back, collisions show."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from newsletter import clock
from newsletter.editions.days import Closed, Mind
from newsletter.editions.mind_dates import Around, minds_of
from newsletter.editions.models import Edition
from newsletter.editions.move_dates import Dates, dates_of, move_dates, previous_dates
from newsletter.editions.other import Other
from newsletter.editions.plan_year import propose
from newsletter.editions.put_back import put_back
from newsletter.editions.shift_dates import shifted
from newsletter.errors import BadInput, WrongState
from newsletter.working_days import add_working_days, is_working_day, working_days_between

DAY = timedelta(days=1)
TUESDAY = datetime(2026, 3, 24, 9, tzinfo=UTC)
DATES = Dates(TUESDAY, TUESDAY - 14 * DAY + timedelta(hours=7),
              TUESDAY - 4 * DAY + timedelta(hours=7))


def working_days(first: date, last: date) -> int:
    """Counted on the fingers: after the first, up to and with the last."""
    count, day = 0, first
    while day < last:
        day += DAY
        count += is_working_day(day)
    return count


@settings(deadline=None, max_examples=120)
@given(year=st.integers(2010, 2090), number=st.integers(0, 7), by=st.integers(-60, 60))
def test_deadlines_come_along_by_the_same_number_of_working_days(
    year: int, number: int, by: int
) -> None:
    one = propose(year)[number]
    dates = Dates(one.send_at, one.copy_deadline_at, one.approval_deadline_at)
    day = clock.local(one.send_at).date() + by * DAY
    moved = shifted(dates, day)
    assert clock.local(moved.send_at).date() == day
    for name in ("send_at", "copy_deadline_at", "approval_deadline_at"):
        before, after = clock.local(getattr(dates, name)), clock.local(getattr(moved, name))
        assert before.time() == after.time()
        first, last = sorted((before.date(), after.date()))
        ends = sorted((clock.local(one.send_at).date(), day))
        assert working_days(first, last) == working_days(*ends)
    assert moved.copy_deadline_at <= moved.approval_deadline_at


def test_a_day_and_back_is_where_it_was() -> None:
    there = shifted(DATES, date(2026, 4, 8))
    assert clock.local(there.send_at).hour == 10  # summer time has begun
    assert shifted(there, date(2026, 3, 24)) == DATES


def test_the_last_move_can_be_undone_once(
    session: Session, edition: Edition, now: datetime
) -> None:
    first = dates_of(edition)
    move_dates(edition, shifted(first, date(2026, 4, 8)), revision=0, now=now)
    second = dates_of(edition)
    move_dates(edition, shifted(first, date(2026, 4, 9)), revision=1, now=now)
    assert previous_dates(edition) == second
    with pytest.raises(BadInput):
        put_back(edition, revision=1, now=now)
    assert put_back(edition, revision=2, now=now) == second == dates_of(edition)
    with pytest.raises(WrongState, match="not_moved"):
        put_back(edition, revision=3, now=now)


def test_a_save_of_the_same_dates_leaves_the_undo_alone(
    session: Session, edition: Edition, now: datetime
) -> None:
    first = dates_of(edition)
    move_dates(edition, shifted(first, date(2026, 4, 8)), revision=0, now=now)
    move_dates(edition, dates_of(edition), revision=1, now=now)
    assert put_back(edition, revision=2, now=now) == first


@pytest.mark.parametrize(
    ("around", "mind"),
    [
        (Around(editions=(Other(20, 3, TUESDAY + 2 * DAY),)), Mind.SAME_WEEK),
        (Around(editions=(Other(20, 3, TUESDAY + 13 * DAY),)), Mind.CLOSE),
        (Around(editions=(Other(20, 1, TUESDAY + 30 * DAY),)), Mind.ORDER),
        (Around(editions=(Other(20, 1, TUESDAY - 30 * DAY), Other(20, 2, TUESDAY),
                          Other(20, 3, TUESDAY + 14 * DAY))), None),
        (Around(monthly_days=frozenset({date(2026, 3, 24)})), Mind.MONTHLY),
        (Around(monthly_days=frozenset({date(2026, 3, 25)})), None),
        (Around(closed=(Closed("Congres", date(2026, 3, 24), date(2026, 3, 24)),)), Mind.CLOSED),
        (Around(closed=(Closed("Congres", date(2026, 3, 21), date(2026, 3, 23)),)), None),
    ],
)
def test_what_an_edition_collides_with_is_named(around: Around, mind: Mind | None) -> None:
    edition = Edition(volume=20, number=2)
    found = minds_of(DATES, around, of=edition)
    assert [(each.field, each.mind) for each in found] == ([("send_at", mind)] if mind else [])


def test_deadlines_collide_too() -> None:
    closed = (Closed("Congres", date(2026, 3, 10), date(2026, 3, 10)),)
    found = minds_of(DATES, Around(closed=closed))
    assert [(each.field, each.mind) for each in found] == [("copy_deadline_at", Mind.CLOSED)]


def test_too_little_time_between_is_minded() -> None:
    tight = Dates(TUESDAY, TUESDAY - 5 * DAY, TUESDAY - DAY)
    assert [each.mind for each in minds_of(tight)] == [Mind.TIGHT_COPY, Mind.TIGHT_APPROVAL]


@settings(deadline=None, max_examples=200)
@given(day=st.dates(date(2010, 1, 1), date(2090, 12, 31)),
       count=st.integers(-40, 40).filter(bool))
def test_so_many_working_days_later_is_a_working_day_and_counts_back(
    day: date, count: int
) -> None:
    found = add_working_days(day, count)
    assert is_working_day(found)
    first, last = sorted((day, found))
    assert working_days(first, last) == abs(count)
    assert working_days_between(day, found) == count
    assert add_working_days(day, 0) == day
