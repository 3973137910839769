"""Finding articles in a store of 20,000: by index, in few statements, page after page."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from newsletter.articles.find_articles import (
    PAGE_SIZE,
    ArticleState,
    Found,
    Order,
    Wanted,
    articles_like,
    find_articles,
)
from newsletter.articles.models import Article, ArticleKind
from newsletter.catalogue.queries import themes
from newsletter.core import create_core
from newsletter.extensions import db
from tests.articles.many import MANY, SHARE, fill_store, plans_of, statements_of

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
READS_ALL = "Seq Scan on articles"


@pytest.fixture(scope="module")
def many(make_database: Callable[[], dict[str, str]]) -> Iterator[Flask]:
    """A core application with a full store, which these tests only read."""
    environ = make_database()
    fill_store(environ, now=NOW)
    core = create_core(environ)
    with core.app_context():
        yield core
        db.session.remove()
        db.engine.dispose()


def find(**asked: object) -> Found:
    return find_articles(Wanted(**asked), now=NOW)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "index"),
    [
        ({}, "ix_articles_newest"),
        ({"order": Order.CHANGED}, "ix_articles_changed"),
        ({"order": Order.TITLE}, "ix_articles_by_title"),
        ({"words": "zeppelin"}, "ix_articles_search"),
        ({"words": "schraling badenbaden"}, "ix_articles_search"),
        ({"words": "wozeobaden"}, "ix_articles_like_title"),
        ({"kind": ArticleKind.REDACTIONEEL}, "ix_articles_kind"),
        ({"state": ArticleState.DRAFT}, "ix_articles_drafts"),
        ({"state": ArticleState.COMING}, "ix_articles_"),
        ({"partner_id": 1}, "ix_articles_partner_id"),
        ({"edition_id": 1}, "edition_items"),
    ],
)
def test_what_is_asked_is_found_by_its_index(
    many: Flask, asked: dict[str, object], index: str
) -> None:
    plans = plans_of(lambda: find(**asked))
    assert index in plans
    assert READS_ALL not in plans


def test_a_title_alike_is_found_by_its_index(many: Flask) -> None:
    plans = plans_of(lambda: articles_like("Veezoe schraling wonak badenbaden"))
    assert "ix_articles_like_title" in plans
    assert READS_ALL not in plans


def test_the_articles_of_a_theme_are_found_without_reading_the_text_of_all(many: Flask) -> None:
    asked = {"theme_id": themes()[0].id}
    assert "article_themes" in plans_of(lambda: find(**asked))
    assert find(**asked).is_many


@pytest.mark.parametrize(
    "asked", [{}, {"words": "badenbaden"}, {"words": "wozeobaden"}, {"kind": ArticleKind.OPINIE}])
def test_a_page_takes_few_statements_however_many_it_shows(
    many: Flask, asked: dict[str, object]
) -> None:
    db.session.expire_all()
    # The count, the page and its themes; words that are found nowhere also ask what is like them.
    assert len(statements_of(lambda: find(**asked))) <= 5


@pytest.mark.parametrize("order", list(Order))
def test_pages_show_every_article_once_both_ways(many: Flask, order: Order) -> None:
    wanted = {"state": ArticleState.DRAFT, "order": order}
    forth, pages = [], [find(**wanted)]
    while pages[-1].after is not None:
        pages.append(find(**wanted, after=pages[-1].after))
    forth = [article.id for page in pages for article in page.articles]
    assert len(forth) == len(set(forth)) == MANY // SHARE
    assert pages[0].before is None
    back = [pages[-1]]
    while back[-1].before is not None:
        back.append(find(**wanted, before=back[-1].before))
    assert [article.id for page in reversed(back) for article in page.articles] == forth


def test_a_deep_page_begins_at_its_article_and_not_at_a_count(many: Flask) -> None:
    deep = db.session.scalars(
        select(Article).order_by(Article.listed_at).offset(100).limit(1)).one()
    plans = plans_of(lambda: find(after=deep.id))
    assert "ix_articles_newest" in plans
    assert "OFFSET" not in str(statements_of(lambda: find(after=deep.id)))
    assert len(find(after=deep.id).articles) == PAGE_SIZE


def test_a_page_beside_an_article_that_is_gone_is_the_first(many: Flask) -> None:
    first = [article.id for article in find().articles]
    assert [article.id for article in find(after=2**62).articles] == first
    assert [article.id for article in find(before=2**62).articles] == first


def test_many_are_counted_no_further_than_a_thousand(many: Flask) -> None:
    assert find().is_many
    assert find(words="baden").is_many
    assert not find(state=ArticleState.DRAFT).is_many
