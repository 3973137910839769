"""The only place that asks the time; and months on the calendar."""

import time
from calendar import monthrange
from datetime import UTC, date, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
_BOOT_CLOCK: int = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # macOS has one for both
Day = TypeVar("Day", bound=date)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def unix_seconds() -> float:
    """The present moment in seconds since 1970, in UTC: for what is noted of every mail."""
    return time.time()


def boot_seconds() -> float:
    """Seconds since boot, counting sleep, never set back (leases are judged by it, R07, R27)."""
    return time.clock_gettime(_BOOT_CLOCK)


def local(moment: datetime, zone: ZoneInfo = AMSTERDAM) -> datetime:
    """The aware `moment` on the wall clock of `zone` (default Europe/Amsterdam)."""
    return moment.astimezone(zone)


def add_months(day: Day, months: int) -> Day:
    """The same day (and time) so many calendar months later, or the last day of that month.

    Fewer than none is earlier.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    return day.replace(year=year, month=month + 1, day=min(day.day, last))
