"""Days, moments and small numbers in words, in Dutch and in English, on the clock of Amsterdam."""

from datetime import date, datetime
from typing import Final

from babel.dates import format_date
from babel.numbers import format_decimal

from newsletter import clock

_NUMBERS: Final = {
    "nl": (
        *("nul", "één", "twee", "drie", "vier", "vijf", "zes", "zeven", "acht", "negen", "tien"),
        *("elf", "twaalf", "dertien", "veertien", "vijftien", "zestien", "zeventien"),
        *("achttien", "negentien", "twintig"),
    ),
    "en": (
        *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
        *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"),
        *("eighteen", "nineteen", "twenty"),
    ),
}


def day_in_words(day: date, lang: str = "nl") -> str:
    """`dinsdag 24 maart 2020`, `Tuesday 24 March 2020`; a moment counts on Amsterdam's clock."""
    return format_date(_day(day), "EEEE d MMMM y", locale=lang)


def near_day(day: date, lang: str = "nl") -> str:
    """`dinsdag 24 maart`, `Tuesday 24 March`: where the year is known."""
    return format_date(_day(day), "EEEE d MMMM", locale=lang)


def plain_day(day: date, lang: str = "nl") -> str:
    """`24 maart 2020`, `24 March 2020`."""
    return format_date(_day(day), "d MMMM y", locale=lang)


def short_day(day: date, lang: str = "nl") -> str:
    """`di 24 maart 2020`, `Tue 24 March 2020`."""
    return format_date(_day(day), "EEE d MMMM y", locale=lang)


def month_in_words(day: date, lang: str = "nl") -> str:
    """`maart 2020`, `March 2020`."""
    return format_date(_day(day), "MMMM y", locale=lang)


def month_name(day: date, lang: str = "nl") -> str:
    """`maart`, `March`."""
    return format_date(_day(day), "MMMM", locale=lang)


def weekday_name(weekday: int, lang: str = "nl") -> str:
    """`dinsdag`, `Tuesday`, for a weekday from 0 (Monday) to 6."""
    return format_date(date(2024, 1, 1 + weekday), "EEEE", locale=lang)


def clock_time(moment: datetime, lang: str = "nl") -> str:
    """`10.00 uur`, `10.00`, on Amsterdam's clock."""
    at = _local(moment)
    return f"{at:%H.%M} uur" if lang == "nl" else f"{at:%H.%M}"


def moment_in_words(moment: datetime, lang: str = "nl") -> str:
    """`dinsdag 24 maart 2020 om 10.00 uur`, `Tuesday 24 March 2020 at 10.00`."""
    joint = "om" if lang == "nl" else "at"
    return f"{day_in_words(moment, lang)} {joint} {clock_time(moment, lang)}"


def short_moment(moment: datetime, lang: str = "nl") -> str:
    """`di 24 maart, 10.00`, `Tue 24 March, 10.00`: for tables, where the year is known."""
    at = _local(moment)
    return f"{format_date(at.date(), 'EEE d MMMM', locale=lang)}, {at:%H.%M}"


def dated_moment(moment: datetime, lang: str = "nl") -> str:
    """`di 24 maart 2020, 10.00`, `Tue 24 March 2020, 10.00`: where it may be of any year."""
    return f"{short_day(moment, lang)}, {_local(moment):%H.%M}"


def number_in_words(number: int, lang: str = "nl") -> str:
    """Zero to twenty as a word, as print does; larger numbers in figures."""
    words = _NUMBERS[lang]
    return words[number] if 0 <= number < len(words) else figures(number, lang)


def upfirst(words: str) -> str:
    """The words with a capital in front, and the names of days and months in them as they are."""
    return words[:1].upper() + words[1:]


def figures(number: int, lang: str = "nl") -> str:
    """`8.306` in Dutch, `8,306` in English."""
    return str(format_decimal(number, locale=lang))


def _day(day: date) -> date:
    return _local(day).date() if isinstance(day, datetime) else day


def _local(moment: datetime) -> datetime:
    """The moment on Amsterdam's clock; a naive one raises ValueError, for it says nothing."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone says nothing")
    return clock.local(moment)
