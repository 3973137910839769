"""Slots: local moments on every sort of day, and windows without a gap between them."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from newsletter.catalogue.queries import magazine
from newsletter.clock import AMSTERDAM
from newsletter.digests.add_slot import add_slot
from newsletter.digests.models import DigestSlot
from newsletter.digests.plan_slots import (
    AHEAD,
    Rhythm,
    moment_of,
    nominal_start,
    plan_slots,
    rhythm_of,
    slots_between,
)
from newsletter.digests.queries import due_slots
from newsletter.errors import BadMoment, WrongState
from newsletter.subscribers.models import Cadence
from tests.material import NOW, slot

HOUSE = Rhythm(1, time(8), 1, time(8))
DAY = timedelta(days=1)
rhythms = st.builds(
    Rhythm, st.integers(0, 6), st.times(), st.integers(1, 31), st.times()
)
starts = st.datetimes(
    datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)  # noqa: DTZ001
)
rhythmic = st.sampled_from([Cadence.WEEKLY, Cadence.MONTHLY])


def days(rhythm: Rhythm, cadence: Cadence, first: date, last: date) -> list[tuple[date, datetime]]:
    after = datetime.combine(first, time(0), AMSTERDAM) - timedelta(seconds=1)
    until = datetime.combine(last + DAY, time(0), AMSTERDAM) - timedelta(seconds=1)
    return list(slots_between(rhythm, cadence, after=after, until=until))


@pytest.mark.parametrize(("day", "at", "utc"), [
    (date(2026, 10, 24), time(8), "2026-10-24T06:00"),
    (date(2026, 10, 25), time(8), "2026-10-25T07:00"),
    (date(2026, 10, 25), time(2, 30), "2026-10-25T00:30"),  # comes twice: the first
    (date(2027, 3, 27), time(8), "2027-03-27T07:00"),
    (date(2027, 3, 28), time(8), "2027-03-28T06:00"),
    (date(2027, 3, 28), time(2, 30), "2027-03-28T01:30"),  # is skipped: 03:30 on the wall
    (date(2028, 2, 29), time(8), "2028-02-29T07:00"),
    (date(2026, 12, 31), time(23, 59), "2026-12-31T22:59"),
    (date(2027, 1, 1), time(0), "2026-12-31T23:00"),
])
def test_a_local_moment_is_this_moment_in_utc(day: date, at: time, utc: str) -> None:
    assert moment_of(day, at) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


@pytest.mark.parametrize("at", [time(2), time(2, 30), time(8)])
@pytest.mark.parametrize("day", [date(2026, 10, 25), date(2027, 3, 28)])
def test_a_day_on_which_the_clock_changes_has_one_slot(day: date, at: time) -> None:
    rhythm = Rhythm(day.weekday(), at, day.day, at)
    for cadence in (Cadence.WEEKLY, Cadence.MONTHLY):
        assert [found for found, _ in days(rhythm, cadence, day - DAY, day + DAY)] == [day]


def test_leap_day_and_new_year_have_their_slot() -> None:
    leap, new_year = Rhythm(1, time(8), 29, time(8)), Rhythm(1, time(0), 1, time(0))
    assert [on for on, _ in days(leap, Cadence.MONTHLY, date(2028, 2, 1), date(2028, 2, 29))] == [
        date(2028, 2, 29)]
    assert [on for on, _ in days(new_year, Cadence.MONTHLY, date(2026, 12, 2), date(2027, 1, 1))
            ] == [date(2027, 1, 1)]


def test_a_month_that_is_too_short_has_its_slot_on_the_last_day() -> None:
    rhythm = Rhythm(1, time(8), 31, time(8))
    found = [on for on, _ in days(rhythm, Cadence.MONTHLY, date(2027, 1, 1), date(2027, 12, 31))]
    assert [(on.month, on.day) for on in found] == [
        (1, 31), (2, 28), (3, 31), (4, 30), (5, 31), (6, 30),
        (7, 31), (8, 31), (9, 30), (10, 31), (11, 30), (12, 31),
    ]


@settings(max_examples=60)
@given(rhythms, rhythmic, starts)
def test_a_year_has_exactly_one_slot_for_each_week_or_month(
    rhythm: Rhythm, cadence: Cadence, start: datetime
) -> None:
    found = list(slots_between(rhythm, cadence, after=start, until=start + 366 * DAY))
    on = [day for day, _ in found]
    assert len(set(on)) == len(on)
    assert [moment for _, moment in found] == sorted(moment for _, moment in found)
    if cadence is Cadence.WEEKLY:
        assert all(later - earlier == 7 * DAY for earlier, later in pairwise(on))
    else:
        months = [(day.year, day.month) for day in on]
        assert len(set(months)) == len(months) in (12, 13)


@settings(max_examples=60)
@given(rhythms, rhythmic, starts, st.integers(0, 400), st.integers(0, 400))
def test_planning_in_two_pieces_is_planning_in_one(
    rhythm: Rhythm, cadence: Cadence, start: datetime, first: int, second: int
) -> None:
    middle, end = start + first * DAY / 3, start + (first + second) * DAY / 3
    pieces = [*slots_between(rhythm, cadence, after=start, until=middle),
              *slots_between(rhythm, cadence, after=middle, until=end)]
    assert pieces == list(slots_between(rhythm, cadence, after=start, until=end))


@settings(max_examples=60)
@given(rhythms, rhythmic, starts)
def test_the_first_window_begins_where_the_slot_before_would_have_been(
    rhythm: Rhythm, cadence: Cadence, start: datetime
) -> None:
    found = [moment for _, moment in slots_between(rhythm, cadence, after=start,
                                                   until=start + 100 * DAY)]
    for earlier, later in pairwise(found):
        assert nominal_start(rhythm, cadence, later) == earlier


def test_the_coming_slots_are_planned_once(session: Session) -> None:
    session.execute(delete(DigestSlot))
    assert plan_slots(HOUSE, now=NOW) == len([*_ahead(Cadence.WEEKLY), *_ahead(Cadence.MONTHLY)])
    assert plan_slots(HOUSE, now=NOW) == 0
    assert plan_slots(HOUSE, now=NOW + 7 * DAY) == 1
    rows = session.execute(
        select(DigestSlot.cadence, DigestSlot.slot_on, func.count()).group_by(
            DigestSlot.cadence, DigestSlot.slot_on)
    ).all()
    assert all(count == 1 for _, _, count in rows)


def _ahead(cadence: Cadence) -> list[tuple[date, datetime]]:
    return list(slots_between(HOUSE, cadence, after=NOW, until=NOW + AHEAD))


def test_the_house_keeps_the_rhythm_of_its_catalogue(session: Session) -> None:
    assert rhythm_of(magazine()) == HOUSE


def test_an_added_slot_lies_in_the_future_and_is_there_once(session: Session) -> None:
    with pytest.raises(BadMoment, match="past"):
        add_slot(Cadence.WEEKLY, slot_at=NOW, now=NOW)
    later = NOW + timedelta(minutes=1)
    assert add_slot(Cadence.WEEKLY, slot_at=later, now=NOW)
    with pytest.raises(WrongState, match="slot_exists"):
        add_slot(Cadence.WEEKLY, slot_at=later, now=NOW)


def test_an_added_slot_falls_on_the_day_that_readers_have(session: Session) -> None:
    slot_id = add_slot(Cadence.WEEKLY, slot_at=datetime(2026, 12, 31, 23, 30, tzinfo=UTC), now=NOW)
    found = session.get(DigestSlot, slot_id)
    assert found is not None
    assert found.slot_on == date(2027, 1, 1)


def test_of_the_missed_slots_of_a_cadence_only_the_newest_is_due(session: Session) -> None:
    session.execute(delete(DigestSlot))
    weekly = [slot(at=NOW + days * DAY) for days in (0, 7, 14)]
    monthly = slot(cadence=Cadence.MONTHLY, at=NOW + DAY)
    assert due_slots(NOW - timedelta(seconds=1)) == []
    assert due_slots(NOW) == [weekly[0].id]
    assert set(due_slots(NOW + 8 * DAY)) == {weekly[1].id, monthly.id}


def test_the_key_of_a_slot_is_in_utc_whatever_zone_the_database_speaks() -> None:
    first = DigestSlot(cadence=Cadence.WEEKLY, slot_at=datetime(
        2026, 10, 25, 2, 30, tzinfo=AMSTERDAM))
    second = DigestSlot(cadence=Cadence.WEEKLY, slot_at=datetime(
        2026, 10, 25, 2, 30, tzinfo=AMSTERDAM, fold=1))
    assert (first.key, second.key) == ("digest:weekly:2026-10-25T00:30Z",
                                       "digest:weekly:2026-10-25T01:30Z")


def test_two_slots_in_one_minute_have_two_keys() -> None:
    keys = {DigestSlot(cadence=Cadence.WEEKLY, slot_at=NOW + timedelta(seconds=n)).key
            for n in range(60)}
    assert len(keys) == 60
