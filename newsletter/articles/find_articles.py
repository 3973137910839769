"""Find articles for the desk: by words, filtered and sorted, in pages that begin at an article.

A page begins behind the last article of the one before, not at a count: deep pages cost what the
first one costs, and nothing is shown twice when the store grows meanwhile.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, column, exists, func, literal, select, table, tuple_
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import defer, selectinload

from newsletter.articles.models import Article, ArticleKind, article_themes
from newsletter.extensions import db

PAGE_SIZE = 50
MOST_COUNTED = 1_000  # beyond this a list says "more than"
MOST_ALIKE = 10
# The least likeness of a part of a title to what was typed, by trigrams; two letters that changed
# places in a long word leave 0.57.
LIKE_ENOUGH = 0.5
MOST_WEIGHED = 200  # titles that are like it, of which the likest are shown

# Of the floor above, so by name alone.
_EDITION_ITEMS = table("edition_items", column("edition_id"), column("article_id"))


class ArticleState(StrEnum):
    """Whether readers can get it: not yet decided, from a moment that is to come, or now."""

    DRAFT = "draft"
    COMING = "coming"
    RELEASED = "released"


class Order(StrEnum):
    """In which order a list stands."""

    NEWEST = "newest"  # by release; of a draft, by when it was made
    CHANGED = "changed"  # saved last
    TITLE = "title"


@dataclass(frozen=True)
class Wanted:
    """What is asked of the store; `after` or `before` is the article that the page lies beside."""

    words: str = ""
    theme_id: int | None = None
    kind: ArticleKind | None = None
    state: ArticleState | None = None
    edition_id: int | None = None
    partner_id: int | None = None
    is_contributed: bool = False  # by a partner, whichever
    is_unused: bool = False  # in no edition yet
    order: Order = Order.NEWEST
    after: int | None = None
    before: int | None = None


@dataclass(frozen=True)
class Found:
    """A page of articles, and the articles beside which the next and the one before it lie.

    `total` counts to `MOST_COUNTED` and one more, which says that there are more. `alike` are
    articles whose title looks like what was typed: they follow the last one that has the words.
    """

    articles: Sequence[Article]
    total: int
    before: int | None
    after: int | None
    alike: Sequence[Article] = ()

    @property
    def is_many(self) -> bool:
        """Whether there are more than are counted."""
        return self.total > MOST_COUNTED


def find_articles(wanted: Wanted, *, now: datetime) -> Found:
    """A page of the store. A page beside an article that is gone is the first one."""
    filters = _filters(wanted, now=now)
    words = wanted.words.strip()
    asked = [*filters, Article.search.bool_op("@@")(_query(words))] if words else filters
    total = _count(asked)
    rows, has_before, has_after = _page(asked, wanted)
    is_last = words and not has_after and total < PAGE_SIZE
    return Found(
        articles=rows,
        total=total,
        before=rows[0].id if rows and has_before else None,
        after=rows[-1].id if rows and has_after else None,
        alike=_alike(words, filters) if is_last else (),
    )


def articles_like(
    title: str, *, most: int = MOST_ALIKE, but: int | None = None,
    partner_id: int | None = None, alike: float = 0.6,
) -> Sequence[Article]:
    """Articles with the same title or a very similar one, the most similar first.

    `alike` is the least similarity by trigrams (pg_trgm), from 0 to 1. With a partner, that
    partner's alone.
    """
    plain = func.plain_words(title)
    how_much = func.similarity(Article.plain_title, plain)
    _let_index_know("similarity", alike)
    wanted = listed().where(Article.plain_title.bool_op("%")(plain))
    if but is not None:
        wanted = wanted.where(Article.id != but)
    if partner_id is not None:
        wanted = wanted.where(Article.partner_id == partner_id)
    return db.session.scalars(wanted.order_by(how_much.desc(), Article.id).limit(most)).all()


def articles_from(
    address: str, *, but: int | None = None, partner_id: int | None = None
) -> Sequence[Article]:
    """Articles that first stood at this address elsewhere; with a partner, that partner's alone."""
    wanted = listed().where(Article.canonical_url == address, Article.id.is_distinct_from(but))
    if partner_id is not None:
        wanted = wanted.where(Article.partner_id == partner_id)
    return db.session.scalars(wanted.order_by(Article.id).limit(MOST_ALIKE)).all()


def listed() -> Select[Article]:
    """Articles with what a list shows of them: their themes, and not their text."""
    return select(Article).options(selectinload(Article.themes), defer(Article.body_md))


def _alike(words: str, filters: list[ColumnElement[bool]]) -> Sequence[Article]:
    plain = func.plain_words(words)
    _let_index_know("word_similarity", LIKE_ENOUGH)
    # Some part of the title is like what was typed.
    like = (
        select(Article.id)
        .where(*filters, plain.bool_op("<%")(Article.plain_title),
               ~Article.search.bool_op("@@")(_query(words)))
        .limit(MOST_WEIGHED)
        .subquery()
    )
    nearest = func.word_similarity(plain, Article.plain_title).desc()
    wanted = listed().where(Article.id.in_(select(like.c.id)))
    return db.session.scalars(wanted.order_by(nearest, Article.id).limit(MOST_ALIKE)).all()


def _let_index_know(measure: str, least: float) -> None:
    """Until the end of the transaction, the operator of a measure means at least so much."""
    db.session.execute(
        select(func.set_config(f"pg_trgm.{measure}_threshold", str(least), True)))


def _query(words: str) -> ColumnElement[Any]:
    return func.words_asked(words, type_=TSQUERY)


def _filters(wanted: Wanted, *, now: datetime) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.theme_id is not None:
        found.append(Article.id.in_(
            select(article_themes.c.article_id)
            .where(article_themes.c.theme_id == wanted.theme_id)))
    if wanted.edition_id is not None:
        found.append(Article.id.in_(
            select(_EDITION_ITEMS.c.article_id)
            .where(_EDITION_ITEMS.c.edition_id == wanted.edition_id)))
    if wanted.kind is not None:
        found.append(Article.kind == wanted.kind)
    if wanted.partner_id is not None:
        found.append(Article.partner_id == wanted.partner_id)
    if wanted.is_contributed:
        found.append(Article.partner_id.is_not(None))
    if wanted.is_unused:
        found.append(~exists().where(_EDITION_ITEMS.c.article_id == Article.id))
    if wanted.state is ArticleState.DRAFT:
        found.append(Article.released_at.is_(None))
    elif wanted.state is ArticleState.COMING:
        found.append(Article.released_at > now)
    elif wanted.state is ArticleState.RELEASED:
        found.append(Article.released_at <= now)
    return found


def _count(asked: list[ColumnElement[bool]]) -> int:
    counted = select(literal(1)).select_from(Article).where(*asked).limit(MOST_COUNTED + 1)
    return db.session.scalar(select(func.count()).select_from(counted.subquery())) or 0


_SORTED: dict[Order, tuple[Any, bool]] = {
    Order.NEWEST: (Article.listed_at, True),
    Order.CHANGED: (Article.updated_at, True),
    Order.TITLE: (Article.plain_title, False),
}


def _page(
    asked: list[ColumnElement[bool]], wanted: Wanted
) -> tuple[Sequence[Article], bool, bool]:
    """The articles, whether there are any before them, and whether there are any after them."""
    by, is_falling = _SORTED[wanted.order]
    beside = wanted.after if wanted.after is not None else wanted.before
    # Of another's article not even its place in the order is told.
    whose = [] if wanted.partner_id is None else [Article.partner_id == wanted.partner_id]
    place = beside is not None and db.session.execute(
        select(by, Article.id).where(Article.id == beside, *whose)).first()
    is_backward = bool(place) and wanted.after is None
    found = listed().where(*asked)
    goes_down = is_falling != is_backward
    if place:
        here, key = tuple_(by, Article.id), tuple_(*map(literal, place))
        found = found.where(here < key if goes_down else here > key)
    ways = [by.desc(), Article.id.desc()] if goes_down else [by, Article.id]
    rows = db.session.scalars(found.order_by(*ways).limit(PAGE_SIZE + 1)).all()
    has_more, rows = len(rows) > PAGE_SIZE, rows[:PAGE_SIZE]
    if is_backward:
        return rows[::-1], has_more, True
    return rows, bool(place), has_more
