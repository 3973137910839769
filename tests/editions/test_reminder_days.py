"""On which day and when on it a reminder comes, over years of deadlines and in any quiet hours."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter import clock
from newsletter.digests.quiet_hours import NONE, QuietHours
from newsletter.editions.reminder_days import Step, is_due, step_at
from newsletter.editions.reminder_models import Deadline
from newsletter.working_days import is_working_day

NIGHT = QuietHours(time(20, 0), time(7, 0))
LONG_NIGHT = QuietHours(time(20, 0), time(9, 30))
MORNING = QuietHours(time(8, 0), time(11, 0))


def at(year: int, month: int, day: int, hour: int = 9, minute: int = 0) -> datetime:
    """A moment on the clock of Amsterdam, in UTC."""
    local = datetime(year, month, day, hour, minute, tzinfo=clock.AMSTERDAM)
    return local.astimezone(UTC)


def step(deadline_at: datetime, days: int, quiet: QuietHours = NONE) -> Step:
    return Step(Deadline.COPY, deadline_at, days, step_at(deadline_at, days=days, quiet=quiet))


@pytest.mark.parametrize(("deadline_at", "days", "quiet", "due_at"), [
    (at(2027, 3, 16, 17), 7, NONE, at(2027, 3, 9)),
    (at(2027, 3, 16, 0, 30), 1, NONE, at(2027, 3, 15)),  # half past midnight is of the 16th
    (at(2027, 3, 16, 17), 7, NIGHT, at(2027, 3, 9)),
    (at(2027, 3, 16, 17), 7, LONG_NIGHT, at(2027, 3, 9, 9, 30)),
    (at(2027, 3, 16, 17), 7, MORNING, at(2027, 3, 9, 11)),
    (at(2027, 3, 15, 17), 1, NONE, at(2027, 3, 12)),  # for Sunday comes Friday
    (at(2027, 3, 30, 17), 1, NONE, at(2027, 3, 25)),  # before Good Friday and Easter
    (at(2027, 4, 4, 17), 7, NONE, at(2027, 3, 25)),  # and before the Sunday that loses an hour
    (at(2027, 4, 6, 17), 7, NONE, at(2027, 3, 30)),
    (at(2027, 11, 1, 17), 1, NONE, at(2027, 10, 29)),  # over the Sunday that gains one
    (at(2027, 1, 4, 12), 3, NONE, at(2026, 12, 31)),  # New Year's Day
])
def test_a_reminder_comes_at_nine_of_a_working_day(
    deadline_at: datetime, days: int, quiet: QuietHours, due_at: datetime
) -> None:
    assert step_at(deadline_at, days=days, quiet=quiet) == due_at


@pytest.mark.parametrize("quiet", [NONE, NIGHT, LONG_NIGHT, MORNING])
def test_over_two_years_every_deadline_has_its_reminder_on_a_working_day_before_it(
    quiet: QuietHours,
) -> None:
    day = date(2027, 1, 1)
    while day < date(2029, 1, 1):
        deadline_at = at(day.year, day.month, day.day, 12)
        for days in (1, 2, 7):
            due = clock.local(step(deadline_at, days, quiet).due_at)
            assert is_working_day(due.date())
            assert due.time() == max(time(9), quiet.until if quiet.cover(time(9)) else time(9))
            # The last working day that is that many days before it, or more.
            last = day - timedelta(days=days)
            assert due.date() == next(
                one for one in (last - timedelta(days=n) for n in range(20))
                if is_working_day(one))
        day += timedelta(days=1)


minutes = st.integers(0, 24 * 60 - 1).map(lambda number: time(number // 60, number % 60))
moments = st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31),  # noqa: DTZ001 - made aware
                       timezones=st.just(UTC))


@given(moments, st.integers(1, 60), minutes, minutes, st.integers(-3 * 24 * 60, 61 * 24 * 60))
def test_nothing_leaves_too_early_too_late_or_in_quiet_hours(
    deadline_at: datetime, days: int, since: time, until: time, later: int
) -> None:
    quiet = QuietHours(since, until)
    one = step(deadline_at, days, quiet)
    assert one.due_at < deadline_at
    assert is_due(one, now=one.due_at, quiet=quiet)
    now = one.due_at + timedelta(minutes=later)
    if is_due(one, now=now, quiet=quiet):
        assert one.due_at <= now < deadline_at
        assert not quiet.cover_moment(now)


def test_what_was_missed_leaves_when_things_are_back_but_not_on_a_free_day() -> None:
    missed = step(at(2027, 3, 16, 17), 7)  # due on Tuesday the 9th
    back = {
        at(2027, 3, 9, 8, 59): False,
        at(2027, 3, 9, 9, 0): True,
        at(2027, 3, 9, 23, 0): True,
        at(2027, 3, 10, 3, 0): False,  # from nine again
        at(2027, 3, 10, 9, 0): True,
        at(2027, 3, 13, 12, 0): False,  # a Saturday
        at(2027, 3, 15, 9, 0): True,
        at(2027, 3, 16, 17, 0): False,  # past
    }
    for now, leaves in back.items():
        assert is_due(missed, now=now, quiet=NONE) is leaves, now
    assert not is_due(missed, now=at(2027, 3, 10, 22), quiet=NIGHT)


def test_a_free_day_will_do_when_no_working_day_comes_before_the_deadline() -> None:
    missed = step(at(2027, 3, 15, 8), 1)  # Monday at eight; due on Friday
    assert is_due(missed, now=at(2027, 3, 14, 12), quiet=NONE)
    assert not is_due(missed, now=at(2027, 3, 14, 23), quiet=NIGHT)
