"""Lengths of time in words, to the minute or about, in Dutch and in English."""

from typing import Final

# One and several of each; `uur` is the same for both.
_UNITS: Final = {
    "nl": {"day": ("dag", "dagen"), "hour": ("uur", "uur"), "minute": ("minuut", "minuten")},
    "en": {"day": ("day", "days"), "hour": ("hour", "hours"), "minute": ("minute", "minutes")},
}
_AND: Final = {"nl": "en", "en": "and"}
_SOON: Final = {"nl": "minder dan een minuut", "en": "less than a minute"}
_IN: Final = {"nl": "over", "en": "in"}
_NOW: Final = {"nl": "nu", "en": "now"}
DAY, HOUR = 24 * 60, 60  # minutes


def span_in_words(seconds: float, lang: str = "nl") -> str:
    """`2 uur en 5 minuten`, `3 dagen en 4 uur`, `minder dan een minuut`: its two largest parts."""
    minutes = int(seconds // 60)
    if minutes < 1:
        return _SOON[lang]
    days, rest = divmod(minutes, DAY)
    hours, left = divmod(rest, HOUR)
    parts = [("day", days), ("hour", hours)] if days else [("hour", hours), ("minute", left)]
    said = [f"{count} {_UNITS[lang][unit][count != 1]}" for unit, count in parts if count]
    return f" {_AND[lang]} ".join(said)


def about_in_words(seconds: float, lang: str = "nl") -> str:
    """As `span_in_words`, as coarse as a guess is: up to a quarter of an hour to the minute."""
    minutes = -(-seconds // 60)
    step = 1 if minutes <= 15 else 5 if minutes <= HOUR else 15 if minutes <= 4 * HOUR else HOUR
    return span_in_words(round(minutes / step) * step * 60, lang)


def countdown_in_words(seconds: float, lang: str = "nl") -> str:
    """`over 2 uur en 5 minuten`, and `nu` when it is so."""
    return _NOW[lang] if seconds <= 0 else f"{_IN[lang]} {span_in_words(seconds, lang)}"


def countdown_words(lang: str) -> dict[str, str]:
    """The same words for the script: one and several of each unit with a bar between them."""
    units = {unit: "|".join(words) for unit, words in _UNITS[lang].items()}
    return {**units, "and": _AND[lang], "in": _IN[lang], "soon": _SOON[lang], "now": _NOW[lang]}
