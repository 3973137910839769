"""Weeks of themes merged and parted at random, held against the rule applied reader by reader.

The oracle knows nothing of tables: it keeps for every reader what she follows, since when and by
whose hand, and for every article since when it has its themes, and asks of each slot who must be
given what.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

import pytest
from sqlalchemy import delete, select, update

from newsletter.articles.models import Article
from newsletter.catalogue.models import Theme
from newsletter.core import settings
from newsletter.deliveries.models import Delivery
from newsletter.digests.merge_theme import merge_theme
from newsletter.digests.models import DigestSlot
from newsletter.digests.retire_theme import retire_theme
from newsletter.digests.theme_models import ChangeKind, ThemeChange
from newsletter.digests.undo_theme_change import undo_theme_change
from newsletter.extensions import db
from newsletter.mailings.models import Mailing, Variant
from newsletter.sending.carry_out import carry_out_slot
from newsletter.subscribers.change import change_choices
from newsletter.subscribers.choices import Choices
from newsletter.subscribers.models import Cadence, Subscription
from tests.material import NOW, article, reader, slot

WEEK, HOUR = timedelta(days=7), timedelta(hours=1)
WEEKS, THEMES = 9, ("data", "leiderschap", "innovatie", "omgevingswet", "smart-city")
SEEDS = (1, 2, 3)
LONG_SEEDS = range(10, 50)


@dataclass
class Choice:
    """That somebody follows a theme; `by` is the change that gave it to her."""

    at: datetime
    by: int | None = None


@dataclass
class World:
    """What the oracle believes."""

    live: set[int]
    articles: dict[int, tuple[datetime, dict[int, datetime]]] = field(default_factory=dict)
    readers: dict[int, dict[int, Choice]] = field(default_factory=dict)
    had: dict[int, set[int]] = field(default_factory=dict)
    # The change, the theme, its heir, the articles that lost it, and which were given the heir.
    gone: list[tuple[int, int, int | None, set[int], set[int]]] = field(default_factory=list)

    def due(self, who: int, cutoff: datetime) -> set[int]:
        """What a slot owes her."""
        return {
            number for number, (released, themes) in self.articles.items()
            if number not in self.had[who] and released <= cutoff
            and any(self._brings(choice, max(released, themes[theme]), cutoff)
                    for theme, choice in self.readers[who].items() if theme in themes)
        }

    def _brings(self, choice: Choice, since: datetime, cutoff: datetime) -> bool:
        return choice.at <= cutoff and since <= cutoff and (choice.by is None or since > choice.at)

    def end(self, change: int, theme: int, heir: int | None, at: datetime) -> None:
        """A theme goes on in another, or in none."""
        for choices in self.readers.values():
            if heir is not None and theme in choices and heir not in choices:
                choices[heir] = Choice(at, change)
        moved = {number for number, (released, themes) in self.articles.items()
                 if theme in themes and released > at}
        given = set()
        for number in moved:
            themes = self.articles[number][1]
            del themes[theme]
            if heir is not None and heir not in themes:
                themes[heir] = at
                given.add(number)
        self.live.discard(theme)
        self.gone.append((change, theme, heir, moved, given))

    def undo(self, at: datetime) -> int:
        """The last change is undone; its number."""
        change, theme, heir, moved, given = self.gone.pop()
        for choices in self.readers.values():
            for each in [each for each, choice in choices.items() if choice.by == change]:
                del choices[each]
        for number in moved:
            released, themes = self.articles[number]
            themes.setdefault(theme, at)
            if released > at and number in given and heir is not None:
                del themes[heir]
        self.live.add(theme)
        return change

    def choose(self, who: int, wanted: set[int], at: datetime) -> None:
        """She saves her choices; what nobody can pick goes with that in which it went on."""
        before = self.readers[who]
        kept = set(wanted)
        heirs = {theme: heir for _change, theme, heir, _moved, _given in self.gone}
        while more := {each for each in before if each not in kept and each not in self.live
                       and (heirs[each] is None or heirs[each] in kept)}:
            kept |= more
        self.readers[who] = {each: before.get(each, Choice(at)) for each in kept}


@pytest.fixture
def world(session: object) -> World:
    """A house without slots and articles of its own."""
    db.session.execute(delete(DigestSlot))
    db.session.execute(update(Article).values(released_at=None))
    ids = db.session.scalars(select(Theme.id).where(Theme.slug.in_(THEMES)))
    return World(set(ids))


def _slug(theme: int) -> str:
    return db.session.get_one(Theme, theme).slug


def _act(random: Random, world: World, at: datetime) -> None:
    kinds = ["merge", "merge", "retire", "undo", "undo", "choose", "choose", "sign_up"]
    kind = random.choice(kinds)
    live = sorted(world.live)
    if kind == "undo" and world.gone:
        undo_theme_change(world.undo(at), now=at)
    elif kind in ("merge", "retire") and len(live) > 2:
        theme, heir = random.sample(live, 2)
        if kind == "merge":
            change = merge_theme(theme, heir, now=at, undo_for=100 * WEEK)
        else:
            change = retire_theme(theme, now=at, undo_for=100 * WEEK)
        world.end(change.id, theme, heir if change.kind is ChangeKind.MERGED else None, at)
    elif kind == "choose":
        who = random.choice(sorted(world.readers))
        wanted = set(random.sample(live, random.randint(1, min(3, len(live)))))
        change_choices(db.session.get_one(Subscription, who),
                       Choices(True, Cadence.WEEKLY, frozenset(wanted)),
                       source_page="/voorkeuren", now=at)
        world.choose(who, wanted, at)
    else:
        _sign_up(random, world, at)


def _sign_up(random: Random, world: World, at: datetime) -> None:
    live = sorted(world.live)
    wanted = random.sample(live, random.randint(1, min(2, len(live))))
    who = reader(*map(_slug, wanted), at=at).subscriber_id
    world.readers[who] = {theme: Choice(at) for theme in wanted}
    world.had[who] = set()


def _release(random: Random, world: World, at: datetime) -> None:
    live = sorted(world.live)
    themes = set(random.sample(live, random.randint(1, min(2, len(live)))))
    # Often still to come when a theme is changed.
    released = at + random.choice((-HOUR, HOUR, 30 * HOUR, 200 * HOUR))
    made = article(*map(_slug, themes), released_at=released)
    if released < at:
        released = at
        made.released_at = at
    world.articles[made.id] = (released, dict.fromkeys(themes, at))


def _given(cutoff: datetime) -> dict[int, set[int]]:
    rows = db.session.execute(
        select(Delivery.subscriber_id, Variant.article_ids)
        .join(Variant, Variant.id == Delivery.variant_id)
        .join(Mailing, Mailing.id == Delivery.mailing_id)
        .where(Mailing.cutoff_at == cutoff)
    )
    return {who: set(articles) for who, articles in rows}


def _live_weeks(seed: int, world: World) -> None:
    random, at = Random(seed), NOW - WEEK
    for _ in range(3):
        _sign_up(random, world, at)
    for week in range(WEEKS):
        cutoff = NOW + week * WEEK
        while (at := at + timedelta(hours=random.randint(5, 60))) < cutoff:
            (_release if random.random() < 0.45 else _act)(random, world, at)
            db.session.flush()
            db.session.expire_all()
        carry_out_slot(slot(at=cutoff).id, settings=settings(), now=cutoff)
        owed = {who: due for who in world.readers if (due := world.due(who, cutoff))}
        assert _given(cutoff) == owed, (seed, week)
        for who, due in owed.items():
            world.had[who] |= due
        at = cutoff
    assert db.session.scalars(select(ThemeChange.id)).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_loses_or_repeats_an_article_whatever_becomes_of_themes(
    seed: int, world: World
) -> None:
    _live_weeks(seed, world)


@pytest.mark.long
@pytest.mark.parametrize("seed", LONG_SEEDS)
def test_nor_in_many_more_houses(seed: int, world: World) -> None:
    _live_weeks(seed, world)
