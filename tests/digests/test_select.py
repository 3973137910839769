"""Selecting: the pure function against a naive one that takes its time."""

import hashlib
from datetime import UTC, date, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from newsletter.digests.select import LIMIT, FreshArticle, ThemeWords, Wish, select
from newsletter.mailings.contents import ArticleItem, DigestSelection

START = datetime(2026, 11, 3, 7, 0, tzinfo=UTC)
SLOT_ON = date(2026, 11, 10)
# Positions on purpose not in the order of the ids.
THEMES = {
    number: ThemeWords(number, f"thema-{number}", f"Thema {number}", f"Theme {number}",
                       position=(number * 5) % 7)
    for number in range(1, 7)
}
theme_sets = st.frozensets(st.sampled_from(sorted(THEMES)), max_size=4)


def article(number: int, themes: frozenset[int], hours: int) -> FreshArticle:
    item = ArticleItem(id=number, slug=f"stuk-{number}", kind="artikel", title=f"Stuk {number}",
                       authors=("Noor",), summary="Kort.", page=None, theme_names_nl=(),
                       theme_names_en=())
    return FreshArticle(item, themes, START + timedelta(hours=hours))


fresh_lists = st.lists(st.tuples(theme_sets, st.integers(1, 8)), max_size=12).map(
    lambda facts: [article(number, *fact) for number, fact in enumerate(facts, 1)]
)
wishes = st.frozensets(st.sampled_from(sorted(THEMES)), min_size=1, max_size=6).map(
    lambda themes: Wish("weekly", "nl", "mail", themes, START)
)
limits = st.integers(1, 12)


def chosen(wish: Wish, fresh: list[FreshArticle], limit: int = LIMIT) -> DigestSelection:
    return select(wish, fresh, themes=THEMES, slot_on=SLOT_ON, limit=limit)


def shown(selection: DigestSelection) -> list[tuple[int, list[int]]]:
    return [(part.theme_id, [item.id for item in part.items]) for part in selection.sections]


def naive(wish: Wish, fresh: list[FreshArticle], limit: int) -> list[tuple[int, list[int]]]:
    """One pass for each theme in the house's order, over the newest `limit` articles."""
    mine = [each for each in fresh if any(theme in wish.theme_ids for theme in each.theme_ids)]
    mine.sort(key=lambda each: each.item.id)
    mine.sort(key=lambda each: each.released_at, reverse=True)
    left, result = mine[:limit], []
    for theme in sorted(THEMES, key=lambda number: THEMES[number].position):
        if theme in wish.theme_ids:
            here = [each for each in left if theme in each.theme_ids]
            left = [each for each in left if each not in here]
            if here:
                result.append((theme, [each.item.id for each in here]))
    assert not left
    return result


@given(wishes, fresh_lists, limits)
def test_it_selects_what_a_naive_reading_of_the_rule_selects(
    wish: Wish, fresh: list[FreshArticle], limit: int
) -> None:
    assert shown(chosen(wish, fresh, limit)) == naive(wish, fresh, limit)


@given(wishes, fresh_lists, limits)
def test_every_article_is_shown_once_or_counted(
    wish: Wish, fresh: list[FreshArticle], limit: int
) -> None:
    selection = chosen(wish, fresh, limit)
    ids = [number for _, numbers in shown(selection) for number in numbers]
    due = {each.item.id for each in fresh if each.theme_ids & wish.theme_ids}
    assert len(ids) == len(set(ids)) == min(len(due), limit)
    assert set(ids) <= due
    assert selection.more == len(due) - len(ids)


@given(wishes, fresh_lists, limits, st.integers())
def test_the_order_in_which_articles_are_found_does_not_matter(
    wish: Wish, fresh: list[FreshArticle], limit: int, seed: int
) -> None:
    shuffled = list(fresh)
    Random(seed).shuffle(shuffled)
    assert chosen(wish, shuffled, limit) == chosen(wish, fresh, limit)


@given(wishes, wishes, fresh_lists, limits)
def test_two_wishes_share_a_key_exactly_when_they_show_the_same(
    one: Wish, other: Wish, fresh: list[FreshArticle], limit: int
) -> None:
    first, second = chosen(one, fresh, limit), chosen(other, fresh, limit)
    same = (shown(first), first.more) == (shown(second), second.more)
    assert (first.key == second.key) == same


@given(wishes, fresh_lists)
def test_what_the_limit_cuts_is_the_oldest(wish: Wish, fresh: list[FreshArticle]) -> None:
    moments = {each.item.id: each.released_at for each in fresh if each.theme_ids & wish.theme_ids}
    kept = {number for _, numbers in shown(chosen(wish, fresh, 3)) for number in numbers}
    for number in kept:
        for cut in moments.keys() - kept:
            assert moments[number] >= moments[cut]


def test_language_and_format_make_another_variant() -> None:
    fresh = [article(1, frozenset({1}), 1)]
    keys = {chosen(Wish("weekly", language, shape, frozenset({1}), START), fresh).key
            for language in ("nl", "en") for shape in ("mail", "text")}
    assert len(keys) == 4


def test_a_key_is_short_and_begins_with_language_and_format() -> None:
    wish = Wish("weekly", "en", "text", frozenset({1}), START)
    key = chosen(wish, [article(1, frozenset({1}), 1)]).key
    assert key.startswith("en:text:")
    assert len(key.rpartition(":")[2]) == len(hashlib.md5(b"").hexdigest())
