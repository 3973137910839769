"""Reads of the article store."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import selectinload

from newsletter.articles.models import Article, article_themes
from newsletter.extensions import db

PAGE_SIZE = 50


def find_article(article_id: int) -> Article | None:
    """The article with this id."""
    return db.session.get(Article, article_id)


def find_by_slug(slug: str) -> Article | None:
    """The article with this slug, released or not."""
    return db.session.scalar(select(Article).where(Article.slug == slug))


def list_of_themes(
    theme_ids: Collection[int], now: datetime, *, limit: int = PAGE_SIZE, after: int = 0
) -> Sequence[Article]:
    """Released articles that carry any of the themes, the newest first, without the first `after`.

    Each stands on exactly one page, as long as none is released meanwhile.
    """
    newest = Article.released_at.desc(), Article.page, Article.id
    wanted = _stored().where(*_carrying(theme_ids, now))
    return db.session.scalars(wanted.order_by(*newest).offset(after).limit(limit)).all()


def count_of_themes(theme_ids: Collection[int], now: datetime) -> int:
    """How many released articles carry any of the themes."""
    counted = select(func.count()).select_from(Article).where(*_carrying(theme_ids, now))
    return db.session.scalar(counted) or 0


def count_by_theme(now: datetime) -> dict[int, int]:
    """How many released articles carry each theme, by its id."""
    rows = db.session.execute(
        select(article_themes.c.theme_id, func.count())
        .join(Article, Article.id == article_themes.c.article_id)
        .where(Article.released_at <= now)
        .group_by(article_themes.c.theme_id)
    )
    return dict(rows.tuples().all())


def articles_by_id(article_ids: Sequence[int]) -> dict[int, Article]:
    """The articles with these ids; unknown ids are left out."""
    found = db.session.scalars(_stored().where(Article.id.in_(article_ids)))
    return {article.id: article for article in found}


def revisions_of(article_ids: Collection[int]) -> dict[int, int]:
    """The revision of each of these articles as it stands now, by its id."""
    rows = db.session.execute(
        select(Article.id, Article.revision).where(Article.id.in_(article_ids)))
    return dict(rows.tuples().all())


def public_slugs(article_ids: Collection[int], now: datetime) -> dict[int, str]:
    """What the addresses of those of these articles end in that can be read now, by their ids."""
    rows = db.session.execute(
        select(Article.id, Article.slug)
        .where(Article.id.in_(article_ids), Article.released_at <= now))
    return dict(rows.tuples().all())


def _carrying(theme_ids: Collection[int], now: datetime) -> tuple[ColumnElement[bool], ...]:
    carrying = select(article_themes.c.article_id).where(
        article_themes.c.theme_id.in_(theme_ids))
    return Article.id.in_(carrying), Article.released_at <= now


def _stored() -> Select[Article]:
    return select(Article).options(selectinload(Article.themes))
