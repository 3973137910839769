"""The rhythm: local moments on every sort of day, out of quiet hours and off public holidays (R15).

28 March 2027, a night in which an hour is skipped, is Easter: the slot itself moves.
"""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.clock import AMSTERDAM
from newsletter.digests.quiet_hours import NONE, QuietHours
from newsletter.digests.rhythm import (
    FURTHEST_MOVE,
    Place,
    Rhythm,
    moment_of,
    nominal_start,
    slots_between,
)
from newsletter.subscribers.models import Cadence
from newsletter.working_days import holiday_name, is_working_day, next_working_day
from tests.digests.by_the_calendar import places_by_the_calendar

DAY = timedelta(days=1)
NIGHT = QuietHours(time(20), time(7))
times = st.builds(time, st.integers(0, 23), st.integers(0, 59))
some_quiet = st.builds(QuietHours, times, times)
nights = st.builds(QuietHours, st.builds(time, st.integers(18, 23)),
                   st.builds(time, st.integers(5, 9)))
quiets = st.one_of(st.just(NONE), nights, some_quiet)
rhythms = st.builds(Rhythm, st.integers(0, 6), times, st.integers(1, 31), times, quiets)
starts = st.datetimes(
    datetime(2024, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)  # noqa: DTZ001
)
rhythmic = st.sampled_from([Cadence.WEEKLY, Cadence.MONTHLY])


def places(rhythm: Rhythm, cadence: Cadence, first: date, last: date) -> list[Place]:
    """The slots of these local days."""
    after = datetime.combine(first, time(0), AMSTERDAM) - timedelta(seconds=1)
    until = datetime.combine(last + DAY, time(0), AMSTERDAM) - timedelta(seconds=1)
    return list(slots_between(rhythm, cadence, after=after, until=until))


def on_the_wall(place: Place) -> time:
    """What the clock in Amsterdam shows at a slot."""
    return place.slot_at.astimezone(AMSTERDAM).time()


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


@pytest.mark.parametrize("at", [time(2), time(2, 30), time(3), time(8)])
@pytest.mark.parametrize("day", [date(2026, 10, 25), date(2026, 3, 29), date(2028, 3, 26)])
def test_a_day_on_which_the_clock_changes_has_one_slot(day: date, at: time) -> None:
    rhythm = Rhythm(day.weekday(), at, day.day, at)
    for cadence in (Cadence.WEEKLY, Cadence.MONTHLY):
        (found,) = places(rhythm, cadence, day - DAY, day + DAY)
        assert (found.slot_on, found.slot_at) == (day, moment_of(day, at))


@pytest.mark.parametrize("at", [time(2), time(2, 30), time(3), time(8)])
def test_easter_in_the_night_without_an_hour_moves_its_slot_with_its_own_time(at: time) -> None:
    rhythm = Rhythm(6, at, 28, at)
    for cadence in (Cadence.WEEKLY, Cadence.MONTHLY):
        (found,) = places(rhythm, cadence, date(2027, 3, 22), date(2027, 4, 3))
        assert found.slot_on == date(2027, 3, 30)  # past Easter Monday
        assert on_the_wall(found) == at


@pytest.mark.parametrize(("day", "utc"), [
    (date(2026, 10, 25), "2026-10-25T00:30"), (date(2026, 3, 29), "2026-03-29T01:30")])
def test_half_past_two_comes_once_in_each_of_both_nights(day: date, utc: str) -> None:
    rhythm = Rhythm(6, time(2, 30), 31, time(8))
    found = places(rhythm, Cadence.WEEKLY, day - 7 * DAY, day + 6 * DAY)
    assert [place.slot_on for place in found] == [day - 7 * DAY, day]
    assert found[1].slot_at == datetime.fromisoformat(utc).replace(tzinfo=UTC)


def test_leap_day_and_the_last_of_the_year_have_their_slot() -> None:
    leap, year_end = Rhythm(1, time(8), 29, time(8)), Rhythm(3, time(23, 59), 31, time(23, 59))
    (found,) = places(leap, Cadence.MONTHLY, date(2028, 2, 1), date(2028, 2, 29))
    assert found.slot_on == date(2028, 2, 29)
    for cadence in (Cadence.WEEKLY, Cadence.MONTHLY):
        (found,) = places(year_end, cadence, date(2026, 12, 30), date(2027, 1, 1))
        assert found.slot_at == datetime(2026, 12, 31, 22, 59, tzinfo=UTC)


def test_the_slot_of_new_year_comes_on_the_first_working_day_and_is_still_that_months() -> None:
    (found,) = places(Rhythm(4, time(0), 1, time(0)), Cadence.MONTHLY, date(2026, 12, 2),
                      date(2027, 1, 30))
    assert (found.slot_on, found.period_on) == (date(2027, 1, 4), date(2027, 1, 1))
    weekly = places(Rhythm(4, time(0), 1, time(0)), Cadence.WEEKLY, date(2026, 12, 21),
                    date(2027, 1, 8))
    assert [(place.slot_on, place.period_on) for place in weekly] == [
        (date(2026, 12, 28), date(2026, 12, 21)),  # from Christmas on a Friday
        (date(2027, 1, 4), date(2026, 12, 28)),
        (date(2027, 1, 8), date(2027, 1, 4)),
    ]


@pytest.mark.parametrize(("day", "moved_to"), [
    (date(2026, 4, 3), date(2026, 4, 7)),  # Good Friday: over Easter
    (date(2026, 4, 6), date(2026, 4, 7)),
    (date(2027, 4, 27), date(2027, 4, 28)),
    (date(2026, 5, 14), date(2026, 5, 15)),  # Ascension
    (date(2026, 12, 25), date(2026, 12, 28)),
    (date(2026, 12, 26), date(2026, 12, 28)),  # a Saturday
    (date(2030, 5, 5), date(2030, 5, 6)),  # free once in five years
    (date(2026, 5, 5), date(2026, 5, 5)),
    (date(2026, 11, 14), date(2026, 11, 14)),  # a Saturday that the house chose
])
def test_a_public_holiday_hands_its_slot_to_the_next_working_day(
    day: date, moved_to: date
) -> None:
    found = places(Rhythm(day.weekday(), time(8), day.day, time(8)), Cadence.WEEKLY, day,
                   day + 6 * DAY)
    assert found[0].slot_on == moved_to
    assert on_the_wall(found[0]) == time(8)


def test_between_a_holiday_and_the_day_it_moved_to_the_slot_is_still_to_come() -> None:
    for first in (date(2026, 4, 4), date(2026, 4, 7)):  # after Good Friday
        found = places(Rhythm(4, time(8), 3, time(8)), Cadence.WEEKLY, first, first)
        assert [place.slot_on for place in found] == [first] * (first.day == 7)
    (found_monthly,) = places(Rhythm(4, time(8), 3, time(8)), Cadence.MONTHLY, date(2026, 4, 5),
                              date(2026, 4, 30))
    assert found_monthly.slot_on == date(2026, 4, 7)


def test_a_month_that_is_too_short_has_its_slot_on_the_last_day() -> None:
    rhythm = Rhythm(1, time(8), 31, time(8))
    found = places(rhythm, Cadence.MONTHLY, date(2027, 1, 1), date(2027, 12, 31))
    assert [(place.slot_on.month, place.slot_on.day) for place in found] == [
        (1, 31), (2, 28), (3, 31), (4, 30), (5, 31), (6, 30),
        (7, 31), (8, 31), (9, 30), (10, 31), (11, 30), (12, 31),
    ]


@pytest.mark.parametrize(("day", "at", "moved_to"), [
    (date(2026, 11, 10), time(6, 59), "2026-11-10T07:00"),
    (date(2026, 11, 10), time(20), "2026-11-11T07:00"),
    (date(2026, 11, 10), time(19, 59), "2026-11-10T19:59"),
    (date(2026, 10, 24), time(23), "2026-10-25T07:00"),
    (date(2026, 12, 31), time(23, 59), "2027-01-04T07:00"),  # into New Year, and on from there
    (date(2027, 4, 27), time(22), "2027-04-28T07:00"),  # out of the holiday by itself
])
def test_a_slot_in_the_quiet_hours_comes_at_their_end(day: date, at: time, moved_to: str) -> None:
    found = places(Rhythm(day.weekday(), at, 1, at, NIGHT), Cadence.WEEKLY, day, day + 6 * DAY)[0]
    assert found.slot_at == datetime.fromisoformat(moved_to).replace(tzinfo=AMSTERDAM)


def test_a_slot_that_the_spring_night_would_put_into_the_quiet_hours_comes_after_them() -> None:
    rhythm = Rhythm(6, time(2, 30), 1, time(8), QuietHours(time(3), time(5)))
    (found,) = places(rhythm, Cadence.WEEKLY, date(2026, 3, 29), date(2026, 3, 29))
    assert on_the_wall(found) == time(5)


@settings(max_examples=60)
@given(rhythms, rhythmic, st.dates(date(2024, 1, 1), date(2040, 1, 1)))
def test_the_rhythm_is_that_of_a_person_with_a_calendar(
    rhythm: Rhythm, cadence: Cadence, first: date
) -> None:
    last = first + 200 * DAY
    expected = [place for place in places_by_the_calendar(rhythm, cadence, first - 14 * DAY, last)
                if first <= place.slot_on <= last]
    assert places(rhythm, cadence, first, last) == expected


@settings(max_examples=60)
@given(rhythms, rhythmic, starts)
def test_every_week_or_month_of_two_years_has_one_slot_before_that_of_the_next(
    rhythm: Rhythm, cadence: Cadence, start: datetime
) -> None:
    found = list(slots_between(rhythm, cadence, after=start, until=start + 731 * DAY))
    periods = [place.period_on for place in found]
    assert all(earlier.slot_at < later.slot_at for earlier, later in pairwise(found))
    assert all(earlier.slot_on < later.slot_on for earlier, later in pairwise(found))
    for earlier, later in pairwise(periods):
        following = earlier + 7 * DAY if cadence is Cadence.WEEKLY else (
            earlier + 31 * DAY).replace(day=1)
        assert later == following
    for place in found:
        assert not holiday_name(place.slot_on)
        assert not rhythm.quiet.cover(on_the_wall(place))


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
    found = [place.slot_at for place in slots_between(rhythm, cadence, after=start,
                                                      until=start + 100 * DAY)]
    for earlier, later in pairwise(found):
        assert nominal_start(rhythm, cadence, later) == earlier


def test_no_day_of_a_century_moves_further_than_is_looked_back() -> None:
    day = date(2000, 1, 1)
    while day.year < 2100:
        if holiday_name(day):
            assert is_working_day(next_working_day(day))
            # And a day more, which the quiet hours may take.
            assert next_working_day(day) - day + DAY <= FURTHEST_MOVE
        day += DAY
