"""Due: which articles a slot owes a reader, as PRODUCT.md has it; pure functions.

An article falls due at the first slot whose cut-off is not before its release, its getting the
theme, her choosing the theme, her confirming and her last return from cadence none, and stays due
until a delivery of hers covers it. Of most readers no article from before the last slot of their
cadence can be due, so only the slot's window is looked at, and of the hour before it what that slot
did not see, for it was committed after its planning; who is *reckoned anew* gets the whole rule. A
theme that an article, or a choice that a reader, lost after the cut-off counts as lost.

A theme that the house gave her for another of hers (merged or split) brings only what came after
that moment: what came before was not hers. Her old theme stays with her and with its articles, so
nothing that was due by it is lost.

What an editor left out of a slot is not due in it, to nobody: it counts as released just after that
slot's cut-off. So it is fresh in the next slot of the cadence, and due there, once.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Link:
    """That an article has a theme, `since` the later of its release and its getting it (aware)."""

    article_id: int
    theme_id: int
    since: datetime


@dataclass(frozen=True)
class Inherited:
    """That the house gave a theme at a moment (aware) to who followed another; `id` says which."""

    id: int
    theme_id: int
    at: datetime


@dataclass(frozen=True)
class Wish:
    """What decides a selection and is shared by many readers.

    `had` are the variants by which articles that might be due are covered already; `inherited`
    those of the themes that the house gave; `notices` what she is owed in her next mail.
    """

    cadence: str
    language: str
    format: str
    theme_ids: frozenset[int]
    is_anew: bool = False
    is_catch_up: bool = False
    had: frozenset[int] = frozenset()
    inherited: frozenset[Inherited] = frozenset()
    notices: frozenset[int] = frozenset()


class Links:
    """The themes of all that is released at a cut-off; looked at is (`window_from`, cut-off].

    `put_off` are the articles that the slot before left out: they came within the window too.
    `seen` are links that it saw, and so need not be looked at again.
    """

    def __init__(
        self,
        links: Iterable[Link],
        *,
        window_from: datetime,
        put_off: Collection[int] = (),
        seen: Collection[Link] = (),
    ) -> None:
        self._all: dict[int, set[int]] = defaultdict(set)
        self._fresh: dict[int, set[int]] = defaultdict(set)
        self._themes: dict[int, set[int]] = defaultdict(set)
        self._since: dict[tuple[int, int], datetime] = {}
        for link in links:
            self._since[link.theme_id, link.article_id] = link.since
            self._all[link.theme_id].add(link.article_id)
            self._themes[link.article_id].add(link.theme_id)
            is_new = link.since > window_from and link not in seen
            if is_new or link.article_id in put_off:
                self._fresh[link.theme_id].add(link.article_id)

    @property
    def theme_ids(self) -> list[int]:
        """The themes that any article has."""
        return sorted(self._all)

    @property
    def fresh_theme_ids(self) -> list[int]:
        """The themes in which something came within the window."""
        return sorted(self._fresh)

    @property
    def fresh_ids(self) -> list[int]:
        """The articles that came, or came to a theme, within the window."""
        return sorted(set[int]().union(*self._fresh.values()))

    def later_than(self, moment: datetime) -> list[Link]:
        """What was released, or got its theme, after a moment (aware)."""
        return [Link(article_id, theme_id, since)
                for (theme_id, article_id), since in self._since.items() if since > moment]

    def themes_of(self, article_id: int) -> Collection[int]:
        """The themes of an article."""
        return self._themes[article_id]

    def count_of(self, theme_id: int) -> int:
        """How many articles have a theme."""
        return len(self._all[theme_id])

    def looked_at(self, wish: Wish) -> frozenset[int]:
        """The articles in the themes of this wish, covered or not, of which one may be due."""
        source = self._all if wish.is_anew else self._fresh
        given = {each.theme_id: each.at for each in wish.inherited}
        chosen = wish.theme_ids.difference(given)
        return frozenset().union(
            *(source.get(theme_id, ()) for theme_id in chosen),
            *({each for each in source.get(theme_id, ()) if self._since[theme_id, each] > at}
              for theme_id, at in given.items()),
        )

    def due(self, wish: Wish, covers: Mapping[int, Collection[int]]) -> frozenset[int]:
        """What is due to readers of this wish; `covers` tells what each variant in `had` gave."""
        return self.looked_at(wish).difference(*(covers[each] for each in wish.had))
