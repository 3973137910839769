"""The year as one line: where everything stands in the drawing of the year plan."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from babel.dates import format_date

from newsletter import clock
from newsletter.editions.days import Closed
from newsletter.editions.models import Edition, EditionStatus
from newsletter.web.languages import current_language
from newsletter.working_days import ONE_DAY, holidays_of

LEFT, WIDTH = 10, 1080  # of the line, in the drawing's own units


@dataclass(frozen=True)
class Stretch:
    """Where an edition's moments stand on the line."""

    edition: Edition
    day: date  # of the sending
    copy: float
    approval: float
    send: float
    is_sent: bool


@dataclass(frozen=True)
class Band:
    """Where a period without editions stands on the line."""

    name: str
    start: float
    width: float


@dataclass(frozen=True)
class Line:
    """All that the drawing shows."""

    days: int
    months: list[tuple[float, str]]
    holidays: list[float]
    bands: list[Band]
    stretches: list[Stretch]
    today: float | None


def line_of(
    year: int, editions: Sequence[Edition], closed: Iterable[Closed], *, now: datetime
) -> Line:
    """The drawing of a year; what lies outside it is not drawn, or stands at its ends."""
    today = clock.local(now).date()
    return Line(
        days=_length(year),
        months=[(_place(day, year), _short_month(day))
                for day in (date(year, month, 1) for month in range(1, 13))],
        holidays=[_place(day, year) for day in sorted(holidays_of(year))],
        bands=[_band(one, year) for one in closed
               if one.first_on.year <= year <= one.last_on.year],
        stretches=[_stretch(edition, year) for edition in editions],
        today=_place(today, year) if today.year == year else None,
    )


def _stretch(edition: Edition, year: int) -> Stretch:
    return Stretch(
        edition,
        _day(edition.send_at),
        _place(_day(edition.copy_deadline_at), year),
        _place(_day(edition.approval_deadline_at), year),
        _place(_day(edition.send_at), year),
        edition.status is EditionStatus.PUBLISHED,
    )


def _band(closed: Closed, year: int) -> Band:
    start, end = _place(closed.first_on, year), _place(closed.last_on + ONE_DAY, year)
    return Band(closed.name, start, round(end - start, 1))


def _place(day: date, year: int) -> float:
    """Where a day stands on the line; days of other years stand at its ends."""
    length = _length(year)
    passed = min(max(0, (day - date(year, 1, 1)).days), length)
    return round(LEFT + WIDTH * passed / length, 1)


def _length(year: int) -> int:
    return (date(year + 1, 1, 1) - date(year, 1, 1)).days


def _short_month(day: date) -> str:
    return str(format_date(day, "MMM", locale=current_language())).rstrip(".")


def _day(moment: datetime) -> date:
    return clock.local(moment).date()
