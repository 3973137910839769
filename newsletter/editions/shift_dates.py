"""Shift dates: an edition goes to another day, and its deadlines come along."""

from datetime import UTC, date, datetime

from newsletter import clock
from newsletter.editions.move_dates import Dates
from newsletter.working_days import add_working_days, working_days_between


def shifted(dates: Dates, day: date) -> Dates:
    """The dates of an edition that is sent on that local day instead, at the same local time.

    Pure. Each deadline moves by as many working days as the sending does, and keeps its own time
    of day (Europe/Amsterdam).
    """
    count = working_days_between(clock.local(dates.send_at).date(), day)
    return Dates(
        _on(day, dates.send_at),
        *(_on(add_working_days(clock.local(each).date(), count), each)
          for each in (dates.copy_deadline_at, dates.approval_deadline_at)),
    )


def _on(day: date, moment: datetime) -> datetime:
    at = clock.local(moment).time()
    return datetime.combine(day, at, tzinfo=clock.AMSTERDAM).astimezone(UTC)
