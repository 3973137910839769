"""Selecting: the pure functions against naive ones that take their time."""

import hashlib
from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from newsletter.digests.due import Link, Links, Wish
from newsletter.digests.select import Store, ThemeWords, choose, select
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
# Of each article its themes, the hour of its release, and that at which it got them all.
facts = st.lists(st.tuples(theme_sets, st.integers(-4, 8), st.integers(-4, 8)), max_size=12)
Facts = list[tuple[frozenset[int], int, int]]
wishes = st.builds(
    Wish, st.just("weekly"), st.just("nl"), st.just("mail"),
    st.frozensets(st.sampled_from(sorted(THEMES)), min_size=1, max_size=6),
    st.booleans(), st.booleans(), st.frozensets(st.sampled_from([101, 102]), max_size=2),
)
covers = st.fixed_dictionaries({
    number: st.frozensets(st.integers(1, 12), max_size=5) for number in (101, 102)})
Covers = dict[int, Collection[int]]
limits = st.integers(1, 12)


def store_of(found: Facts, seed: int = 0) -> Store:
    rows = [Link(number, theme, START + timedelta(hours=max(released, got)))
            for number, (themes, released, got) in enumerate(found, 1) for theme in themes]
    Random(seed).shuffle(rows)
    moments = {number: START + timedelta(hours=released)
               for number, (_, released, _) in enumerate(found, 1)}
    return Store(Links(rows, window_from=START), moments, THEMES)


ITEMS = {
    number: ArticleItem(id=number, slug=f"stuk-{number}", kind="artikel", title=f"Stuk {number}",
                        authors=("Noor",), summary="Kort.", page=None, theme_names_nl=(),
                        theme_names_en=())
    for number in range(1, 13)
}


def selected(
    wish: Wish, store: Store, had: Covers, limit: int = 12, best: int = 6, links: int = 24
) -> DigestSelection:
    chosen = choose(wish, store.links.due(wish, had), store, limit=limit, best=best, links=links)
    return select(wish, chosen, store, items=ITEMS, slot_on=SLOT_ON)


def shown(selection: DigestSelection) -> list[tuple[int, list[int]]]:
    return [(part.theme_id, [item.id for item in part.items]) for part in selection.sections]


def naive_due(wish: Wish, found: Facts, had: Covers) -> set[int]:
    """Article by article: in one of her themes, come since the window began, and not had."""
    return {
        number for number, (themes, released, got) in enumerate(found, 1)
        if themes & wish.theme_ids and (wish.is_anew or max(released, got) > 0)
        and not any(number in had[variant] for variant in wish.had)
    }


@given(wishes, facts, covers)
def test_what_is_due_is_what_a_naive_reading_of_the_rule_finds(
    wish: Wish, found: Facts, had: Covers
) -> None:
    assert store_of(found).links.due(wish, had) == naive_due(wish, found, had)


@given(wishes, facts, covers, limits, limits)
def test_every_due_article_is_shown_once_or_counted_and_all_are_covered(
    wish: Wish, found: Facts, had: Covers, limit: int, links: int
) -> None:
    selection = selected(wish, store_of(found), had, limit, limit, links)
    full = [number for _, numbers in shown(selection) for number in numbers]
    ids = full + [item.id for item in selection.links]
    due = naive_due(wish, found, had)
    assert len(full) == min(len(due), limit)
    assert len(ids) == len(set(ids))
    assert set(ids) <= due == set(selection.article_ids)
    assert selection.more == len(due) - len(ids)


def naive_home(number: int, wish: Wish, found: Facts) -> int:
    """Of her themes that an article has, the one that the fewest articles have."""
    having = {each: sum(each in themes for themes, _, _ in found)
              for each in found[number - 1][0] & wish.theme_ids}
    return min(having, key=lambda each: (having[each], THEMES[each].position))


@given(wishes, facts, covers, limits, limits)
def test_nothing_is_covered_that_is_neither_in_the_mail_nor_where_the_mail_leads(
    wish: Wish, found: Facts, had: Covers, limit: int, links: int
) -> None:
    selection = selected(wish, store_of(found), had, limit, limit, links)
    in_full = {number for _, numbers in shown(selection) for number in numbers}
    titles = {item.id for item in selection.links}
    unseen = set(selection.article_ids) - in_full - titles
    assert len(titles) == min(links, len(selection.article_ids) - len(in_full))
    counted = Counter(naive_home(number, wish, found) for number in unseen)
    assert {each.theme_id: each.count for each in selection.rest} == counted
    for each in selection.rest:
        assert each.slug == THEMES[each.theme_id].slug
        assert each.theme_id in wish.theme_ids
    places = [THEMES[each.theme_id].position for each in selection.rest]
    assert places == sorted(places)


@given(wishes, facts, covers, limits, limits)
def test_titles_are_newest_first_and_what_is_left_is_older(
    wish: Wish, found: Facts, had: Covers, limit: int, links: int
) -> None:
    chosen = choose(wish, store_of(found).links.due(wish, had), store_of(found),
                    limit=limit, best=limit, links=links)
    after = [*chosen.as_links, *chosen.rest]
    assert after == sorted(after, key=lambda each: (-found[each - 1][1], each))


@given(wishes, facts, covers)
def test_an_article_stands_in_the_most_telling_of_her_themes(
    wish: Wish, found: Facts, had: Covers
) -> None:
    for theme, numbers in shown(selected(wish, store_of(found), had)):
        for number in numbers:
            assert theme == naive_home(number, wish, found)


@given(wishes, facts, covers)
def test_sections_and_the_articles_in_them_are_freshest_first(
    wish: Wish, found: Facts, had: Covers
) -> None:
    sections = shown(selected(wish, store_of(found), had))
    for _, numbers in sections:
        assert numbers == sorted(numbers, key=lambda each: (-found[each - 1][1], each))
    heads = [(-found[numbers[0] - 1][1], THEMES[theme].position) for theme, numbers in sections]
    assert heads == sorted(heads)


@given(wishes, facts, covers, limits, st.frozensets(st.integers(1, 12), max_size=4))
def test_what_is_pinned_is_in_full_and_first_in_its_section_and_nothing_else_moves(
    wish: Wish, found: Facts, had: Covers, limit: int, pins: frozenset[int]
) -> None:
    plain = store_of(found)
    store = replace(plain, pinned=pins)
    selection = selected(wish, store, had, limit, limit)
    due = naive_due(wish, found, had)
    full = {number for _, numbers in shown(selection) for number in numbers}
    assert due & pins <= full
    assert len(full) == min(len(due), max(limit, len(due & pins)))
    assert set(selection.article_ids) == due
    for _, numbers in shown(selection):
        first, rest = ([each for each in numbers if (each in pins) == is_pinned]
                       for is_pinned in (True, False))
        assert numbers == first + rest
        for part in (first, rest):
            assert part == sorted(part, key=lambda each: (-found[each - 1][1], each))
    if not due & pins:
        assert selection == selected(wish, plain, had, limit, limit)


@given(wishes, facts, covers, st.frozensets(st.integers(1, 12), max_size=4))
def test_what_the_slot_before_put_off_is_fresh_and_due_unless_she_has_it(
    wish: Wish, found: Facts, had: Covers, put_off: frozenset[int]
) -> None:
    # As if they were released within the window.
    later = [(themes, 1 if number in put_off else released, got)
             for number, (themes, released, got) in enumerate(found, 1)]
    rows = [Link(number, theme, START + timedelta(hours=max(released, got)))
            for number, (themes, released, got) in enumerate(found, 1) for theme in themes]
    links = Links(rows, window_from=START, put_off=put_off)
    assert links.due(wish, had) == naive_due(wish, later, had)
    assert links.fresh_ids == store_of(later).links.fresh_ids


@given(wishes, facts, covers, limits, st.integers())
def test_the_order_in_which_articles_are_found_does_not_matter(
    wish: Wish, found: Facts, had: Covers, limit: int, seed: int
) -> None:
    one, other = store_of(found), store_of(found, seed)
    assert selected(wish, one, had, limit) == selected(wish, other, had, limit)


@given(wishes, wishes, facts, covers, limits, limits)
def test_two_wishes_share_a_key_exactly_when_they_show_and_cover_the_same(
    one: Wish, other: Wish, found: Facts, had: Covers, limit: int, links: int
) -> None:
    store = store_of(found)
    first, second = (selected(wish, store, had, limit, limit, links) for wish in (one, other))
    same = all(getattr(first, name) == getattr(second, name)
               for name in ("sections", "links", "rest", "article_ids", "is_catch_up"))
    assert (first.key == second.key) == same


@given(wishes, facts, covers)
def test_what_the_limit_cuts_is_the_oldest_and_of_a_catch_up_the_least_shared(
    wish: Wish, found: Facts, had: Covers
) -> None:
    kept = {number for _, numbers in shown(selected(wish, store_of(found), had, 3, 3))
            for number in numbers}

    def worth(number: int) -> tuple[int, int]:
        themes, released, _ = found[number - 1]
        return (len(themes & wish.theme_ids) if wish.is_catch_up else 0, released)

    for number in kept:
        for cut in naive_due(wish, found, had) - kept:
            assert worth(number) >= worth(cut)


def test_wishes_that_lead_to_the_pages_of_other_themes_are_other_variants() -> None:
    # What is left over stands best in theme 2, for who follows it too.
    store = store_of([(frozenset({1}), 2, 2), (frozenset({1, 2}), 1, 1)])
    one, both = (
        selected(Wish("weekly", "nl", "mail", frozenset(themes)), store, {}, limit=1, links=0)
        for themes in ({1}, {1, 2})
    )
    assert (one.sections, one.links, one.article_ids) == (
        both.sections, both.links, both.article_ids)
    assert [each.theme_id for each in one.rest] == [1]
    assert [each.theme_id for each in both.rest] == [2]
    assert one.key != both.key


def test_language_and_format_make_another_variant() -> None:
    store = store_of([(frozenset({1}), 1, 1)])
    keys = {selected(Wish("weekly", language, shape, frozenset({1})), store, {}).key
            for language in ("nl", "en") for shape in ("mail", "text")}
    assert len(keys) == 4


def test_a_key_is_short_and_begins_with_language_and_format() -> None:
    wish = Wish("weekly", "en", "text", frozenset({1}))
    key = selected(wish, store_of([(frozenset({1}), 1, 1)]), {}).key
    assert key.startswith("en:text:")
    assert len(key.rpartition(":")[2]) == len(hashlib.md5(b"").hexdigest())
