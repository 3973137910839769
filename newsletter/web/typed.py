"""Days and times as people type them, on the clock of Europe/Amsterdam."""

import re
from datetime import UTC, date, datetime, time

from newsletter import clock
from newsletter.errors import BadMoment

_MONTHS = ("jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec")
_OTHER_MONTHS = {"maa": 3, "mar": 3, "may": 5, "oct": 10}
_DAY = re.compile(r"(?:[a-z]+\s+)?(\d{1,2})\s*[-/. ]\s*(\d{1,2}|[a-z]{3,9})\.?\s*[-/. ]\s*(\d{4})")
# Far inside what a moment can hold (its UTC too), and further than anyone plans.
_YEARS = range(2000, 2101)
_TIME = re.compile(r"(\d{1,2})(?:[.:](\d{2}))?(?:\s*(?:u|uur))?")


def read_day(text: str, *, field: str) -> date:
    """The day in `24-3-2026`, `24 maart 2026` or `di 24 mrt 2026`. Raises BadMoment at `field`."""
    found = _DAY.fullmatch(text.strip().lower())
    if found is None:
        raise BadMoment(field, "empty" if not text.strip() else "no_day")
    day, month, year = found.groups()
    try:
        read = date(int(year), _month(month), int(day))
    except ValueError as error:
        raise BadMoment(field, "no_such_day") from error
    if read.year not in _YEARS:
        raise BadMoment(field, "no_such_day")
    return read


def read_time(text: str, *, field: str) -> time:
    """The time in `10.00`, `10:00`, `10` or `10 uur`. Raises BadMoment at `field`."""
    found = _TIME.fullmatch(text.strip().lower())
    if found is None:
        raise BadMoment(field, "empty" if not text.strip() else "no_time")
    try:
        return time(int(found[1]), int(found[2] or 0))
    except ValueError as error:
        raise BadMoment(field, "no_time") from error


def as_moment(day: date, at: time, *, field: str) -> datetime:
    """The moment, in UTC. Of an hour that comes twice, the first.

    Raises BadMoment at `field` for a time that is skipped when summer time begins.
    """
    moment = datetime.combine(day, at, tzinfo=clock.AMSTERDAM).astimezone(UTC)
    if clock.local(moment).replace(tzinfo=None) != datetime.combine(day, at):
        raise BadMoment(field, "skipped_hour")
    return moment


def show_day(moment: datetime) -> str:
    """The day of a moment as `read_day` takes it, as in `24-3-2026`."""
    local = clock.local(moment)
    return f"{local.day}-{local.month}-{local.year}"


def show_time(moment: datetime) -> str:
    """The time of a moment as `read_time` takes it, as in `10.00`."""
    return f"{clock.local(moment):%H.%M}"


def _month(text: str) -> int:
    if text.isdigit():
        return int(text)
    short = text[:3]
    if short in _MONTHS:
        return _MONTHS.index(short) + 1
    return _OTHER_MONTHS.get(short, 0)
