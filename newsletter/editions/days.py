"""Days on which mail of the magazine had better not leave, in the Netherlands."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from newsletter import clock
from newsletter.working_days import ONE_DAY, SATURDAY, holiday_name

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


@dataclass(frozen=True)
class Caution:
    """Something to mind about one date of an edition; `field` names which."""

    field: str
    mind: Mind
    day: date
    holiday: str = ""


def is_summer(day: date) -> bool:
    """Whether most readers are away: from mid-July to the end of August."""
    return date(day.year, 7, 11) <= day <= date(day.year, 8, 31)


def is_good_for_sending(day: date) -> bool:
    """A Tuesday to Thursday, no holiday or the day after one, not in summer or at Christmas."""
    return (
        TUESDAY <= day.weekday() <= THURSDAY
        and not holiday_name(day)
        and not holiday_name(day - ONE_DAY)
        and not is_summer(day)
        and (1, 7) < (day.month, day.day) < (12, 18)
    )


def minds_of_sending(send_at: datetime) -> list[Caution]:
    """What to mind about sending at that moment, on the clock of Europe/Amsterdam."""
    local = clock.local(send_at)
    day = local.date()
    found = minds_of_day("send_at", day)
    if day.weekday() == MONDAY and not holiday_name(day):
        found.append(Caution("send_at", Mind.MONDAY, day))
    if day.weekday() == FRIDAY and not holiday_name(day):
        found.append(Caution("send_at", Mind.FRIDAY, day))
    if name := holiday_name(day - ONE_DAY):
        found.append(Caution("send_at", Mind.AFTER_HOLIDAY, day, name))
    if is_summer(day):
        found.append(Caution("send_at", Mind.SUMMER, day))
    if not 7 <= local.hour < 21:
        found.append(Caution("send_at", Mind.NIGHT, day))
    return found


def minds_of_day(field: str, day: date) -> list[Caution]:
    """What to mind about any date: a public holiday or a weekend."""
    if name := holiday_name(day):
        return [Caution(field, Mind.HOLIDAY, day, name)]
    return [Caution(field, Mind.WEEKEND, day)] if day.weekday() >= SATURDAY else []
