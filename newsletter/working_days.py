"""Working days and public holidays in the Netherlands."""

from datetime import date, timedelta
from functools import cache

from holidays import country_holidays

SATURDAY = 5
ONE_DAY = timedelta(days=1)


@cache
def holidays_of(year: int) -> dict[date, str]:
    """The Dutch public holidays of a year by day, with their Dutch names."""
    found: dict[date, str] = country_holidays("NL", years=year, language="nl")
    return dict(found.items())


def holiday_name(day: date) -> str:
    """The name of the public holiday on that day, or nothing."""
    return holidays_of(day.year).get(day, "")


def is_working_day(day: date) -> bool:
    """Whether offices are open: no weekend, no public holiday."""
    return day.weekday() < SATURDAY and not holiday_name(day)


def next_working_day(day: date) -> date:
    """The first working day after that day."""
    day += ONE_DAY
    while not is_working_day(day):
        day += ONE_DAY
    return day


def holiday_just_before(day: date) -> str:
    """The public holiday since the last working day before that day, or nothing."""
    day -= ONE_DAY
    while not is_working_day(day):
        if name := holiday_name(day):
            return name
        day -= ONE_DAY
    return ""


def working_days_between(first: date, last: date) -> int:
    """How many working days come after `first`, up to and with `last`; negative when earlier."""
    if last < first:
        return -working_days_between(last, first)
    return sum(is_working_day(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))


def add_working_days(day: date, count: int) -> date:
    """The working day so many working days later; fewer than none is earlier, none the day itself.
    """
    step = ONE_DAY if count > 0 else -ONE_DAY
    if count < 0 and not is_working_day(day):
        count -= 1  # a free day counts with the working day before it
    while count:
        day += step
        if is_working_day(day):
            count -= 1 if count > 0 else -1
    return day
