"""Select: which of the due articles a digest shows and in which section; pure, stable in order.

What is due is covered by the mail, so it is in the mail or the mail leads to it: in full, as a
title with a link, or counted at the theme whose page has it.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from newsletter.digests.due import Links, Wish
from newsletter.mailings.contents import (
    ArticleItem,
    DigestSelection,
    NoticeItem,
    ThemeRest,
    ThemeSection,
)

LIMIT = 12  # articles in full (M11),
BEST = 6  # of a catch-up so many,
LINKS = 24  # and so many more as titles with a link; what is left stands on the themes' pages


@dataclass(frozen=True)
class ThemeWords:
    """A theme as a section's heading, with its place in the house's order."""

    id: int
    slug: str
    name_nl: str
    name_en: str
    position: int


@dataclass(frozen=True)
class Chosen:
    """The due articles, best or newest first: in full, as titles, and on the themes' pages."""

    in_full: tuple[int, ...]
    as_links: tuple[int, ...]
    rest: tuple[int, ...]

    @property
    def covered(self) -> tuple[int, ...]:
        """All of them, by id."""
        return tuple(sorted((*self.in_full, *self.as_links, *self.rest)))


@dataclass(frozen=True)
class Store:
    """What selecting asks of the article store at one cut-off; moments are aware.

    `themes` has each theme as it is shown: one that was merged stands under the other's name.
    `pinned` are the articles that an editor put first in this slot.
    """

    links: Links
    released_at: Mapping[int, datetime]
    themes: Mapping[int, ThemeWords]
    pinned: Collection[int] = frozenset()

    def newest_first(self, article_id: int) -> tuple[float, int]:
        """How articles are ordered unless something else is said."""
        return (-self.released_at[article_id].timestamp(), article_id)

    def pinned_first(self, article_id: int) -> tuple[bool, tuple[float, int]]:
        """The order within a section: what is pinned, and then the newest."""
        return (article_id not in self.pinned, self.newest_first(article_id))

    def home(self, article_id: int, chosen: Collection[int]) -> int:
        """The theme, of those chosen, under which an article stands: where it fits best.

        That is the most telling one, which the fewest articles have; of equals the first in the
        house's order.
        """
        fits = min(
            (theme_id for theme_id in self.links.themes_of(article_id) if theme_id in chosen),
            key=lambda theme_id: (self.links.count_of(theme_id), self.themes[theme_id].position),
        )
        return self.themes[fits].id


def choose(
    wish: Wish, due: Collection[int], store: Store, *, limit: int = LIMIT, best: int = BEST,
    links: int = LINKS,
) -> Chosen:
    """The newest in full; of a catch-up the best, which most of her themes share. Then links.

    What is pinned is always in full, and counts for the limit.
    """
    ordered = sorted(due, key=store.pinned_first)
    pinned = sum(article_id in store.pinned for article_id in due)

    def pinned_then_shared(article_id: int) -> tuple[bool, int]:
        shared = wish.theme_ids.intersection(store.links.themes_of(article_id))
        return (article_id not in store.pinned, -len(shared))

    if wish.is_catch_up:
        in_full = sorted(ordered, key=pinned_then_shared)[:max(best, pinned)]
    else:
        in_full = ordered[:max(limit, pinned)]
    others = [each for each in ordered if each not in in_full]
    return Chosen(tuple(in_full), tuple(others[:links]), tuple(others[links:]))


def select(
    wish: Wish,
    chosen: Chosen,
    store: Store,
    *,
    items: Mapping[int, ArticleItem],
    slot_on: date,
    line: str = "",
    notices: tuple[NoticeItem, ...] = (),
) -> DigestSelection:
    """Each article once, in the section of its theme: what is pinned, and then the newest first.

    The section with the newest article comes first; of equals the first in the house's order.
    `line` is what an editor says on top, to all readers of the slot alike; `notices` are hers.
    """
    by_theme: dict[int, list[int]] = {}
    for article_id in sorted(chosen.in_full, key=store.pinned_first):
        by_theme.setdefault(store.home(article_id, wish.theme_ids), []).append(article_id)

    def freshest_first(theme_id: int) -> tuple[float, int]:
        newest = max(store.released_at[article_id] for article_id in by_theme[theme_id])
        return (-newest.timestamp(), store.themes[theme_id].position)

    sections = tuple(
        ThemeSection(theme.id, theme.slug, theme.name_nl, theme.name_en,
                     tuple(items[each] for each in by_theme[theme.id]))
        for theme in (store.themes[theme_id] for theme_id in sorted(by_theme, key=freshest_first))
    )
    rest = _rest(wish, chosen, store)
    return DigestSelection(
        key=_key(wish, sections, chosen, rest, notices),
        cadence=wish.cadence,
        language=wish.language,
        format=wish.format,
        sections=sections,
        slot_on=slot_on,
        is_catch_up=wish.is_catch_up,
        links=tuple(items[each] for each in chosen.as_links),
        rest=rest,
        article_ids=chosen.covered,
        line=line,
        notices=notices,
    )


def _rest(wish: Wish, chosen: Chosen, store: Store) -> tuple[ThemeRest, ...]:
    """What is neither in full nor a title, counted at its theme, in the house's order."""
    counts = Counter(store.home(article_id, wish.theme_ids) for article_id in chosen.rest)
    themes = sorted((store.themes[theme_id] for theme_id in counts), key=lambda each: each.position)
    return tuple(ThemeRest(theme.id, theme.slug, theme.name_nl, theme.name_en, counts[theme.id])
                 for theme in themes)


def _key(
    wish: Wish,
    sections: Sequence[ThemeSection],
    chosen: Chosen,
    rest: Sequence[ThemeRest],
    notices: Sequence[NoticeItem],
) -> str:
    """Equal for selections that show and cover the same, whatever history led there."""
    shown = ";".join(
        f"{section.theme_id}:{','.join(str(item.id) for item in section.items)}"
        for section in sections
    )
    links, covered = ",".join(map(str, chosen.as_links)), ",".join(map(str, chosen.covered))
    counted = ";".join(f"{each.theme_id}:{each.count}" for each in rest)
    asked = f"{wish.cadence}|{wish.language}|{wish.format}|{wish.is_catch_up}"
    owed = ",".join(str(each.id) for each in notices)
    words = f"{asked}|{shown}|{links}|{counted}|{covered}|{owed}"
    return f"{wish.language}:{wish.format}:{hashlib.sha256(words.encode()).hexdigest()[:32]}"
