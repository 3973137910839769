"""Dates in words."""

from datetime import UTC, date, datetime

import pytest

from newsletter.web import dates

MOMENT = datetime(2020, 3, 24, 9, 0, tzinfo=UTC)


def test_days_and_moments_are_words_in_both_languages() -> None:
    assert dates.moment_in_words(MOMENT, "nl") == "dinsdag 24 maart 2020 om 10.00 uur"
    assert dates.moment_in_words(MOMENT, "en") == "Tuesday 24 March 2020 at 10.00"
    assert dates.short_moment(MOMENT, "nl") == "di 24 maart, 10.00"
    assert dates.month_in_words(date(2018, 6, 1), "nl") == "juni 2018"


def test_a_moment_late_in_the_evening_counts_for_the_next_day_in_amsterdam() -> None:
    late = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    assert dates.day_in_words(late, "nl") == "donderdag 2 juli 2026"


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        dates.clock_time(datetime(2020, 3, 24, 9, 0))  # noqa: DTZ001 - the fault at hand


def test_small_numbers_are_words_and_large_ones_grouped_figures() -> None:
    assert (dates.number_in_words(14, "nl"), dates.number_in_words(14, "en")) == (
        "veertien", "fourteen",
    )
    assert (dates.number_in_words(8306, "nl"), dates.figures(8306, "en")) == ("8.306", "8,306")
