"""Days on which mail of the magazine had better not leave: in the Netherlands, and as entered."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from newsletter import clock
from newsletter.working_days import (
    SATURDAY,
    holiday_just_before,
    holiday_name,
    is_working_day,
)

MONDAY, TUESDAY, THURSDAY, FRIDAY = 0, 1, 3, 4


class Mind(StrEnum):
    """What to mind about a day; it warns and never refuses."""

    HOLIDAY = "holiday"
    AFTER_HOLIDAY = "after_holiday"
    WEEKEND = "weekend"
    MONDAY = "monday"
    FRIDAY = "friday"
    SUMMER = "summer"
    NIGHT = "night"
    CLOSED = "closed"
    SAME_WEEK = "same_week"  # as another edition
    CLOSE = "close"  # to another edition
    ORDER = "order"  # a later number leaves first
    MONTHLY = "monthly"  # the monthly digest leaves on that day
    TIGHT_COPY = "tight_copy"  # too little time from copy to approval
    TIGHT_APPROVAL = "tight_approval"  # and from approval to sending


@dataclass(frozen=True)
class Closed:
    """Days without editions, as an editor entered them; both ends belong to it."""

    name: str
    first_on: date
    last_on: date


@dataclass(frozen=True)
class Caution:
    """Something to mind about one date of an edition; `field` names which.

    `name` is that of the holiday, the period or the other edition.
    """

    field: str
    mind: Mind
    day: date
    name: str = ""


def is_summer(day: date) -> bool:
    """Whether most readers are away: from mid-July to the end of August."""
    return date(day.year, 7, 11) <= day <= date(day.year, 8, 31)


def closed_on(day: date, closed: Iterable[Closed]) -> str:
    """The name of the first of these periods that the day belongs to, or nothing."""
    return next((one.name for one in closed if one.first_on <= day <= one.last_on), "")


def is_good_for_sending(day: date, closed: Iterable[Closed] = ()) -> bool:
    """A Tuesday to Thursday on which nothing is to mind about sending.

    No holiday or the working day after one, not in summer or at Christmas, in no closed period.
    """
    return (
        TUESDAY <= day.weekday() <= THURSDAY
        and not holiday_name(day)
        and not holiday_just_before(day)
        and not is_summer(day)
        and (1, 7) < (day.month, day.day) < (12, 18)
        and not closed_on(day, closed)
    )


def minds_of_sending(send_at: datetime, closed: Iterable[Closed] = ()) -> list[Caution]:
    """What to mind about sending at that moment, on the clock of Europe/Amsterdam."""
    local = clock.local(send_at)
    day = local.date()
    found = minds_of_day("send_at", day, closed)
    if day.weekday() == MONDAY and not holiday_name(day):
        found.append(Caution("send_at", Mind.MONDAY, day))
    if day.weekday() == FRIDAY and not holiday_name(day):
        found.append(Caution("send_at", Mind.FRIDAY, day))
    if is_working_day(day) and (name := holiday_just_before(day)):
        found.append(Caution("send_at", Mind.AFTER_HOLIDAY, day, name))
    if is_summer(day):
        found.append(Caution("send_at", Mind.SUMMER, day))
    if not 7 <= local.hour < 21:
        found.append(Caution("send_at", Mind.NIGHT, day))
    return found


def minds_of_day(field: str, day: date, closed: Iterable[Closed] = ()) -> list[Caution]:
    """What to mind about any date: a public holiday or a weekend, and a closed period."""
    found = []
    if name := holiday_name(day):
        found.append(Caution(field, Mind.HOLIDAY, day, name))
    elif day.weekday() >= SATURDAY:
        found.append(Caution(field, Mind.WEEKEND, day))
    if name := closed_on(day, closed):
        found.append(Caution(field, Mind.CLOSED, day, name))
    return found
