"""Say a change of themes: the sentences of its notices, in the two languages of readers."""

from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.catalogue.models import Theme


@dataclass(frozen=True)
class Said:
    """One sentence or two, in Dutch and in English."""

    nl: str
    en: str


def merged(theme: Theme, into: Theme) -> Said:
    """To who followed the theme."""
    return Said(
        f"Het thema {theme.name_nl} is opgegaan in {into.name_nl}. "
        f"Wie {theme.name_nl} volgde, volgt nu {into.name_nl}.",
        f"The theme {theme.name_en} is now part of {into.name_en}. "
        f"Who followed {theme.name_en} now follows {into.name_en}.",
    )


def widened(theme: Theme, into: Theme) -> Said:
    """To who followed the other theme only."""
    return Said(
        f"Het thema {theme.name_nl} is opgegaan in {into.name_nl}. "
        f"Onder {into.name_nl} lees je voortaan ook daarover.",
        f"The theme {theme.name_en} is now part of {into.name_en}. "
        f"Under {into.name_en} you will read about that as well.",
    )


def split(theme: Theme, parts: Sequence[Theme]) -> Said:
    """To who followed the theme."""
    return Said(
        f"Het thema {theme.name_nl} is gesplitst in {_all(parts, 'nl')}. "
        f"Wie {theme.name_nl} volgde, volgt ze nu "
        f"{'allebei' if len(parts) == 2 else 'allemaal'}.",
        f"The theme {theme.name_en} was split into {_all(parts, 'en')}. "
        f"Who followed {theme.name_en} now follows "
        f"{'both' if len(parts) == 2 else 'all of them'}.",
    )


def took_part(theme: Theme, part: Theme) -> Said:
    """To who followed a theme that took a part of another."""
    return Said(
        f"Een deel van het thema {theme.name_nl} valt voortaan onder {part.name_nl}.",
        f"A part of the theme {theme.name_en} now comes under {part.name_en}.",
    )


def renamed(before: Said, theme: Theme) -> Said:
    """To who follows the theme; `before` are its former names."""
    return Said(
        f"Het thema {before.nl} heet voortaan {theme.name_nl}.",
        f"The theme {before.en} is now called {theme.name_en}.",
    )


def retired(theme: Theme) -> Said:
    """To who followed the theme."""
    return Said(
        f"Het thema {theme.name_nl} is gestopt. Je krijgt er geen nieuwe artikelen meer over.",
        f"The theme {theme.name_en} has ended. You will get no new articles about it.",
    )


def merged_no_more(theme: Theme, into: Theme) -> Said:
    """To who heard that the theme became part of another."""
    return Said(
        f"Het thema {theme.name_nl} is weer een eigen thema, los van {into.name_nl}.",
        f"The theme {theme.name_en} stands on its own again, apart from {into.name_en}.",
    )


def split_no_more(theme: Theme, parts: Sequence[Theme]) -> Said:
    """To who heard of the split, and to who follows one of the parts since."""
    return Said(
        f"Het thema {theme.name_nl} is terug, in plaats van {_all(parts, 'nl')}.",
        f"The theme {theme.name_en} is back, in place of {_all(parts, 'en')}.",
    )


def took_no_part(theme: Theme, part: Theme) -> Said:
    """To who heard that a theme took a part of another."""
    return Said(
        f"Wat van het thema {theme.name_nl} onder {part.name_nl} viel, staat weer onder "
        f"{theme.name_nl}.",
        f"What came from the theme {theme.name_en} to {part.name_en} is back under "
        f"{theme.name_en}.",
    )


def retired_no_more(theme: Theme) -> Said:
    """To who heard that the theme had ended."""
    return Said(
        f"Het thema {theme.name_nl} gaat toch door.",
        f"The theme {theme.name_en} goes on after all.",
    )


def _all(themes: Sequence[Theme], language: str) -> str:
    *others, last = (theme.name(language) for theme in themes)
    joined = " en " if language == "nl" else " and "
    return joined.join(filter(None, (", ".join(others), last)))
