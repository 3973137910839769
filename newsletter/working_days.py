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
