"""Select: which articles a digest holds and in which section; a pure function, stable in order."""

import hashlib
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime

from newsletter.mailings.contents import ArticleItem, DigestSelection, ThemeSection

LIMIT = 12  # articles in full; what the limit cuts is counted and stands on the site (M11)


@dataclass(frozen=True)
class FreshArticle:
    """An article released in the window, with the ids of its themes."""

    item: ArticleItem
    theme_ids: frozenset[int]
    released_at: datetime


@dataclass(frozen=True)
class ThemeWords:
    """A theme as a section's heading, with its place in the house's order."""

    id: int
    slug: str
    name_nl: str
    name_en: str
    position: int


@dataclass(frozen=True)
class Wish:
    """What decides a selection and is shared by many readers.

    `after` is where the reader's own window begins: the slot's, or earlier for whom articles
    waited during a pause.
    """

    cadence: str
    language: str
    format: str
    theme_ids: frozenset[int]
    after: datetime


def select(
    wish: Wish,
    fresh: Sequence[FreshArticle],
    *,
    themes: Mapping[int, ThemeWords],
    slot_on: date,
    limit: int = LIMIT,
) -> DigestSelection:
    """Each fresh article of the chosen themes once, newest first within its section.

    Its section is the first of the reader's themes, in the house's order, that it carries;
    sections stand in that order too. `more` counts what the limit cut, oldest first.
    """
    due = sorted(
        (
            article for article in fresh
            if article.theme_ids & wish.theme_ids and article.released_at > wish.after
        ),
        key=lambda article: (-article.released_at.timestamp(), article.item.id),
    )
    kept = due[:limit]
    by_theme: dict[int, list[ArticleItem]] = {}
    for article in kept:
        home = _home(article.theme_ids & wish.theme_ids, themes)
        by_theme.setdefault(home, []).append(article.item)
    sections = tuple(
        ThemeSection(theme.id, theme.slug, theme.name_nl, theme.name_en, tuple(by_theme[theme.id]))
        for theme in sorted(themes.values(), key=lambda theme: theme.position)
        if theme.id in by_theme
    )
    more = len(due) - len(kept)
    return DigestSelection(
        key=_key(wish, sections, more),
        cadence=wish.cadence,
        language=wish.language,
        format=wish.format,
        sections=sections,
        more=more,
        slot_on=slot_on,
    )


def _home(candidates: Set[int], themes: Mapping[int, ThemeWords]) -> int:
    return min(candidates, key=lambda theme_id: themes[theme_id].position)


def _key(wish: Wish, sections: Sequence[ThemeSection], more: int) -> str:
    """Equal for selections that show the same, whatever themes led there."""
    shown = ";".join(
        f"{section.theme_id}:{','.join(str(item.id) for item in section.items)}"
        for section in sections
    )
    words = f"{wish.cadence}|{wish.language}|{wish.format}|{more}|{shown}"
    return f"{wish.language}:{wish.format}:{hashlib.sha256(words.encode()).hexdigest()[:32]}"
