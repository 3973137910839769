"""The rhythm as a person with a clock and a calendar on the wall goes through it, step by step."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from newsletter.clock import AMSTERDAM
from newsletter.digests.quiet_hours import QuietHours
from newsletter.digests.rhythm import Place, Rhythm
from newsletter.subscribers.models import Cadence
from newsletter.working_days import holiday_name

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def quiet_minutes(quiet: QuietHours) -> set[time]:
    """The quiet minutes of a day, one by one."""
    found = set()
    at = datetime.combine(date(2026, 1, 1), quiet.since)
    while at.time() != quiet.until:
        found.add(at.time())
        at += MINUTE
    return found


def places_by_the_calendar(
    rhythm: Rhythm, cadence: Cadence, first: date, last: date
) -> Iterator[Place]:
    """The slots of these nominal days, in order."""
    quiet = quiet_minutes(rhythm.quiet)
    day = first
    while day <= last:
        tomorrow = day + DAY
        if cadence is Cadence.WEEKLY:
            is_on, at, period = day.weekday() == rhythm.weekly_weekday, rhythm.weekly_at, day
            while period.weekday():
                period -= DAY
        else:
            is_last_one = tomorrow.month != day.month and day.day < rhythm.monthly_day
            is_on = day.day == rhythm.monthly_day or is_last_one
            at, period = rhythm.monthly_at, day.replace(day=1)
        if is_on:
            yield _move(datetime.combine(day, at), quiet, period)
        day = tomorrow


def _move(wall: datetime, quiet: set[time], period: date) -> Place:
    while wall.time() in quiet:
        wall += MINUTE
    if holiday_name(wall.date()):
        wall += DAY
        while wall.weekday() >= 5 or holiday_name(wall.date()):
            wall += DAY
    moment = wall.replace(tzinfo=AMSTERDAM).astimezone(UTC)
    shown = moment.astimezone(AMSTERDAM).replace(tzinfo=None)
    if shown != wall and shown.time() in quiet:
        return _move(shown, quiet, period)
    return Place(wall.date(), moment, period)
