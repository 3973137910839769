"""Composing an edition: texts, articles, order; and two editors at once."""

from collections.abc import Callable
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from newsletter.articles.models import Article
from newsletter.editions.choose import Chosen, added, choose, chosen_of, moved, removed
from newsletter.editions.compose import Texts, compose
from newsletter.editions.content import content_of, missing_for_sending
from newsletter.editions.models import Edition, EditionStatus
from newsletter.errors import BadInput, EditionNotReady, WrongState

TEXTS = Texts("Verbinden", "Nummer 2: Verbinden", "Wat er in staat.", "Beste lezer,\r\n\r\n*kort*")
MakeArticle = Callable[..., Article]


def test_texts_are_kept_with_line_ends_made_one(
    session: Session, edition: Edition, by: int, now: datetime
) -> None:
    compose(edition, TEXTS, revision=0, by=by, now=now)
    assert edition.editorial_md == "Beste lezer,\n\n*kort*"
    assert (edition.title, edition.revision) == ("Verbinden", 1)


def test_the_later_of_two_tabs_is_told_and_overwrites_nothing(
    session: Session, edition: Edition, by: int, now: datetime, make_article: MakeArticle
) -> None:
    compose(edition, TEXTS, revision=0, by=by, now=now)
    with pytest.raises(BadInput, match="saved_meanwhile"):
        compose(edition, Texts("Anders", "", "", ""), revision=0, by=by, now=now)
    with pytest.raises(BadInput, match="saved_meanwhile"):
        choose(edition, [Chosen(make_article().id)], revision=0, by=by, now=now)
    assert edition.title == "Verbinden"
    assert not edition.items


@pytest.mark.parametrize(
    ("texts", "field"),
    [
        (Texts("x" * 201, "", "", ""), "title"),
        (Texts("", "twee\nregels", "", ""), "subject"),
        (Texts("", "Bcc:\r", "", ""), None),
        (Texts("", "a\rb", "", ""), "subject"),
        (Texts("", "", "\x1b[31m", ""), "preheader"),
        (Texts("", "", "", "x" * 20_001), "editorial_md"),
        (Texts("", "", "", "bel\x07"), "editorial_md"),
    ],
)
def test_what_cannot_be_taken_is_refused_at_its_field(
    session: Session, edition: Edition, by: int, now: datetime, texts: Texts, field: str | None
) -> None:
    if field is None:
        compose(edition, texts, revision=0, by=by, now=now)
        return
    with pytest.raises(BadInput) as refused:
        compose(edition, texts, revision=0, by=by, now=now)
    assert refused.value.field == field


def test_articles_stand_in_the_order_and_sections_chosen(
    session: Session, edition: Edition, by: int, now: datetime, make_article: MakeArticle
) -> None:
    one, two, three = (make_article() for _ in range(3))
    choose(edition, [Chosen(one.id, "Gesprek"), Chosen(two.id), Chosen(three.id)], revision=0,
           by=by, now=now)
    choose(edition, [Chosen(three.id), Chosen(one.id, "Gesprek")], revision=1, by=by, now=now)
    session.expire_all()
    assert chosen_of(edition) == (Chosen(three.id, ""), Chosen(one.id, "Gesprek"))
    sections = content_of(edition).sections
    assert [section.title for section in sections] == [None, "Gesprek"]
    assert [item.slug for item in sections[1].items] == [one.slug]


@pytest.mark.parametrize("ids", [(1, 1), (999_999_999,), tuple(range(1, 42))])
def test_unknown_doubled_and_too_many_articles_are_refused(
    session: Session, edition: Edition, by: int, now: datetime, ids: tuple[int, ...]
) -> None:
    with pytest.raises(BadInput) as refused:
        choose(edition, [Chosen(key) for key in ids], revision=0, by=by, now=now)
    assert refused.value.field == "articles"


@pytest.mark.parametrize("section", ["x" * 81, "a\nb", "\x00"])
def test_a_bad_name_of_a_section_is_refused(
    session: Session, edition: Edition, by: int, now: datetime, make_article: MakeArticle,
    section: str,
) -> None:
    with pytest.raises(BadInput) as refused:
        choose(edition, [Chosen(make_article().id, section)], revision=0, by=by, now=now)
    assert refused.value.field == "section"


choices = st.lists(st.integers(1, 30), unique=True, max_size=12).map(
    lambda ids: tuple(Chosen(key, f"deel {key % 3}") for key in ids)
)


@given(choices, st.integers(1, 30), st.integers(-15, 15))
def test_moving_keeps_every_article_exactly_once(
    chosen: tuple[Chosen, ...], article_id: int, by: int
) -> None:
    after = moved(chosen, article_id, by=by)
    assert sorted(one.article_id for one in after) == sorted(one.article_id for one in chosen)
    others = [one for one in chosen if one.article_id != article_id]
    assert [one for one in after if one.article_id != article_id] == others


@given(choices, st.lists(st.integers(1, 40), max_size=6))
def test_adding_and_removing_undo_each_other(
    chosen: tuple[Chosen, ...], article_ids: list[int]
) -> None:
    longer = added(chosen, article_ids)
    have = {one.article_id for one in chosen}
    for key in set(article_ids) - have:
        longer = removed(longer, key)
    assert longer == chosen


def test_what_is_missing_is_named(
    session: Session, edition: Edition, by: int, now: datetime, make_article: MakeArticle
) -> None:
    assert missing_for_sending(edition) == ["title", "subject", "articles"]
    compose(edition, TEXTS, revision=0, by=by, now=now)
    ready, waiting = make_article(), make_article(released_at=None)
    choose(edition, [Chosen(ready.id), Chosen(waiting.id)], revision=1, by=by, now=now)
    assert missing_for_sending(edition) == [f"released:{waiting.slug}"]
    waiting.released_at = edition.send_at
    assert missing_for_sending(edition) == []


def test_a_scheduled_edition_cannot_be_made_incomplete(
    session: Session, edition: Edition, by: int, now: datetime, make_article: MakeArticle
) -> None:
    compose(edition, TEXTS, revision=0, by=by, now=now)
    choose(edition, [Chosen(make_article().id)], revision=1, by=by, now=now)
    edition.status = EditionStatus.SCHEDULED
    session.flush()
    with pytest.raises(EditionNotReady) as refused:
        choose(edition, [], revision=2, by=by, now=now)
    assert refused.value.missing == ["articles"]


def test_a_published_edition_does_not_change(
    session: Session, edition: Edition, by: int, now: datetime
) -> None:
    edition.status, edition.published_at = EditionStatus.PUBLISHED, edition.send_at
    session.flush()
    with pytest.raises(WrongState):
        compose(edition, TEXTS, revision=0, by=by, now=now)
    with pytest.raises(WrongState):
        choose(edition, [], revision=0, by=by, now=now)
