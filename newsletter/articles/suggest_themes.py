"""Themes that a text may be about, each with the words of the text that say so.

A proposal for a person to judge: a word of a theme's name counts for much, one of its sentence for
little, and only words of some length count at all.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from newsletter.articles.drafts import MOST_THEMES
from newsletter.catalogue.models import Theme

_WORD = re.compile(r"[^\W\d_]{5,}")
_OF_NAME, _OF_SENTENCE, _ENOUGH = 3, 1, 3
# Words of sentences that are about nothing.
_EMPTY = frozenset((
    "andere", "beter", "elkaar", "iedereen", "iemand", "hoeft", "hebben", "kunnen", "moeten",
    "mensen", "minder", "samen", "steeds", "tussen", "verder", "waarom", "waarop", "waarmee",
    "worden", "zonder", "zoals",
))


class Suggestion(NamedTuple):
    """A theme, and the words that matched, as they stand in the text."""

    theme: Theme
    words: tuple[str, ...]


def suggest_themes(text: str, themes: Iterable[Theme]) -> list[Suggestion]:
    """The themes that the text is likeliest about, at most as many as an article may have."""
    words = {word.lower(): word for word in _WORD.findall(text)}
    found = []
    for theme in themes:
        named = _matches(theme.name_nl, words)
        said = _matches(theme.sentence_nl, words) - named
        weight = _OF_NAME * len(named) + _OF_SENTENCE * len(said)
        if weight >= _ENOUGH:
            matched = (*sorted(named), *sorted(said))
            found.append((weight, Suggestion(theme, tuple(words[one] for one in matched))))
    found.sort(key=lambda one: -one[0])
    return [suggestion for _weight, suggestion in found[:MOST_THEMES]]


def _matches(phrase: str, words: Iterable[str]) -> set[str]:
    stems = {_stem(word) for word in _WORD.findall(phrase.lower()) if word not in _EMPTY}
    return {word for word in words if _stem(word) in stems}


def _stem(word: str) -> str:
    """The word without an ending that Dutch gives it: gemeenten, wetten."""
    for ending in ("en", "e", "s"):
        if word.endswith(ending):
            stem = word[: -len(ending)]
            return stem[:-1] if stem[-1] == stem[-2] and ending != "s" else stem
    return word
