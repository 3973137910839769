"""Quiet hours: which times are quiet, when they end, and what waits for that."""

from datetime import date, datetime, time

from hypothesis import given
from hypothesis import strategies as st

from newsletter.clock import AMSTERDAM
from newsletter.digests.quiet_hours import ON_TIME, QuietHours
from newsletter.digests.rhythm import moment_of
from tests.digests.by_the_calendar import MINUTE, quiet_minutes

times = st.builds(time, st.integers(0, 23), st.integers(0, 59))
some_quiet = st.builds(QuietHours, times, times)
nights = st.builds(QuietHours, st.builds(time, st.integers(18, 23)), st.just(time(7)))
days = st.dates(date(2024, 1, 1), date(2040, 1, 1))


@given(some_quiet, times)
def test_a_minute_is_quiet_when_counting_from_the_first_one_meets_it(
    quiet: QuietHours, at: time
) -> None:
    assert quiet.cover(at) == (at in quiet_minutes(quiet))


@given(some_quiet, days, times)
def test_the_end_is_the_first_minute_that_is_not_quiet(
    quiet: QuietHours, day: date, at: time
) -> None:
    minutes, moment = quiet_minutes(quiet), datetime.combine(day, at)
    while moment.time() in minutes:
        moment += MINUTE
    assert quiet.end_from(day, at) == (moment.date(), moment.time())


@given(some_quiet, days, st.integers(-30, 30), st.integers(0, 1800))
def test_what_waits_is_what_came_in_the_quiet_hours_or_was_missed_before_them(
    quiet: QuietHours, day: date, from_their_start: int, minutes: int
) -> None:
    slot_at = moment_of(day, quiet.since) + from_their_start * MINUTE
    now = slot_at + minutes * MINUTE
    quiet_ones = quiet_minutes(quiet)

    def is_quiet(moment: datetime) -> bool:
        return moment.astimezone(AMSTERDAM).time().replace(second=0, microsecond=0) in quiet_ones

    waits = quiet.hold(slot_at, now=now)
    if not is_quiet(now):
        assert not waits
    elif is_quiet(slot_at):
        assert waits
    else:
        assert waits == (now - slot_at > ON_TIME)


@given(nights, days, st.integers(1, 20), st.integers(0, 20))
def test_what_came_just_before_the_quiet_hours_starts_in_them_for_a_quarter_of_an_hour(
    quiet: QuietHours, day: date, before: int, after: int
) -> None:
    start = moment_of(day, quiet.since)
    waits = quiet.hold(start - before * MINUTE, now=start + after * MINUTE)
    assert waits == (before + after > 15)
