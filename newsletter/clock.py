"""The only place that asks the time."""

import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def boot_seconds() -> float:
    """Seconds since boot, counting sleep, never set back (leases are judged by it, R07, R27)."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


def local(moment: datetime, zone: ZoneInfo = AMSTERDAM) -> datetime:
    """The aware `moment` on the wall clock of `zone` (default Europe/Amsterdam)."""
    return moment.astimezone(zone)
