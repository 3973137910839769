"""Reads of the article store."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, select
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


def list_released(
    now: datetime, *, theme_id: int | None = None, limit: int = PAGE_SIZE
) -> Sequence[Article]:
    """Released articles, the newest first; of one theme when given."""
    wanted = _of_theme(_stored(), theme_id).where(Article.released_at <= now)
    newest = Article.released_at.desc(), Article.page, Article.id
    return db.session.scalars(wanted.order_by(*newest).limit(limit)).all()


def list_of_theme(theme_id: int, now: datetime, *, limit: int = PAGE_SIZE) -> Sequence[Article]:
    """Released articles that carry the theme, the newest first."""
    return list_released(now, theme_id=theme_id, limit=limit)


def articles_by_id(article_ids: Sequence[int]) -> dict[int, Article]:
    """The articles with these ids; unknown ids are left out."""
    found = db.session.scalars(_stored().where(Article.id.in_(article_ids)))
    return {article.id: article for article in found}


def _stored() -> Select[Article]:
    return select(Article).options(selectinload(Article.themes))


def _of_theme(wanted: Select[Article], theme_id: int | None) -> Select[Article]:
    if theme_id is None:
        return wanted
    return wanted.where(
        Article.id.in_(
            select(article_themes.c.article_id).where(article_themes.c.theme_id == theme_id)
        )
    )
