"""Reads of the article store."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import selectinload

from newsletter.articles.models import Article, ArticleKind, article_themes
from newsletter.extensions import db

PAGE_SIZE = 50


@dataclass(frozen=True)
class Shelf:
    """One page of articles; `page` counts from 1."""

    articles: Sequence[Article]
    total: int
    page: int
    pages: int


def find_article(article_id: int) -> Article | None:
    """The article with this id."""
    return db.session.get(Article, article_id)


def find_by_slug(slug: str) -> Article | None:
    """The article with this slug, released or not."""
    return db.session.scalar(select(Article).where(Article.slug == slug))


def list_of_themes(
    theme_ids: Collection[int], now: datetime, *, limit: int = PAGE_SIZE
) -> Sequence[Article]:
    """Released articles that carry any of the themes, the newest first."""
    carrying = select(article_themes.c.article_id).where(
        article_themes.c.theme_id.in_(theme_ids))
    newest = Article.released_at.desc(), Article.page, Article.id
    wanted = _stored().where(Article.id.in_(carrying), Article.released_at <= now)
    return db.session.scalars(wanted.order_by(*newest).limit(limit)).all()


def search_articles(
    words: str = "",
    *,
    theme_id: int | None = None,
    kind: ArticleKind | None = None,
    page: int = 1,
) -> Shelf:
    """A page of the whole store, the latest written first.

    Every word must stand in the title, the summary or an author's name, capitals or not.
    """
    wanted = _of_theme(_stored(), theme_id)
    if kind is not None:
        wanted = wanted.where(Article.kind == kind)
    for word in words.split()[:8]:
        pattern = f"%{_escaped(word)}%"
        wanted = wanted.where(
            or_(
                Article.title.ilike(pattern, escape="\\"),
                Article.summary.ilike(pattern, escape="\\"),
                func.array_to_string(Article.authors, " ").ilike(pattern, escape="\\"),
            )
        )
    total = db.session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(max(1, page), pages)
    ordered = wanted.order_by(
        func.coalesce(Article.released_at, Article.created_at).desc(), Article.page, Article.id
    )
    found = db.session.scalars(ordered.offset((page - 1) * PAGE_SIZE).limit(PAGE_SIZE)).all()
    return Shelf(found, total, page, pages)


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


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
