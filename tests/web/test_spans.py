"""Lengths of time in words."""

import pytest

from newsletter.web.spans import about_in_words, countdown_in_words, span_in_words

MINUTE, HOUR, DAY = 60, 3600, 86400


@pytest.mark.parametrize(("seconds", "words"), [
    (59, "minder dan een minuut"), (MINUTE, "1 minuut"), (HOUR, "1 uur"),
    (2 * HOUR + 5 * MINUTE + 59, "2 uur en 5 minuten"), (3 * DAY + 4 * HOUR, "3 dagen en 4 uur"),
    (DAY + 59 * MINUTE, "1 dag"),
])
def test_a_span_is_its_two_largest_parts(seconds: float, words: str) -> None:
    assert span_in_words(seconds) == words


@pytest.mark.parametrize(("seconds", "words"), [
    (20, "1 minuut"), (11.4 * MINUTE, "12 minuten"), (33 * MINUTE, "35 minuten"),
    (2 * HOUR + 8 * MINUTE, "2 uur en 15 minuten"), (5.2 * HOUR, "5 uur"),
])
def test_a_guess_is_as_coarse_as_it_is_far(seconds: float, words: str) -> None:
    assert about_in_words(seconds) == words


def test_a_countdown_ends(
) -> None:
    assert countdown_in_words(90, "en") == "in 1 minute"
    assert countdown_in_words(0) == "nu"
