"""What stands around the dates of editions: read once for a page, for all the dates on it."""

from datetime import UTC, date, datetime, time, timedelta

from newsletter import clock
from newsletter.catalogue.queries import magazine
from newsletter.digests.monthly_days import monthly_days
from newsletter.digests.rhythm import rhythm_of
from newsletter.editions.mind_dates import Around
from newsletter.editions.move_dates import Dates
from newsletter.editions.period_queries import closed_between
from newsletter.editions.queries import sent_between

# Copy may be due long before a sending, and a neighbour may stand on the other side of New Year.
BEFORE, AFTER = timedelta(days=183), timedelta(days=31)


def around_days(first: date, last: date) -> Around:
    """All that editions sent from `first` to `last` (local days) may collide with."""
    begin, end = first - BEFORE, last + AFTER
    return Around(
        tuple(closed_between(begin, end)),
        tuple(sent_between(_midnight(begin), _midnight(end))),
        monthly_days(rhythm_of(magazine()), after=_midnight(first), until=_midnight(last + AFTER)),
    )


def around_dates(*all_dates: Dates) -> Around:
    """All that these dates may collide with."""
    days = [clock.local(dates.send_at).date() for dates in all_dates]
    return around_days(min(days), max(days))


def around_year(year: int) -> Around:
    """All that the editions of a year may collide with."""
    return around_days(date(year, 1, 1), date(year, 12, 31))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=clock.AMSTERDAM).astimezone(UTC)
