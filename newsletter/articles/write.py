"""Write an article: add it to the store, or edit what is there."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import update

from newsletter.articles.drafts import Draft, check
from newsletter.articles.models import Article, ArticleKind, article_themes
from newsletter.articles.slugs import free_slug
from newsletter.catalogue.models import Theme
from newsletter.catalogue.queries import themes_by_id
from newsletter.errors import BadInput
from newsletter.extensions import db


def add_article(draft: Draft, *, now: datetime) -> Article:
    """Add an article, not yet released. Raises BadInput at the field that cannot be taken."""
    draft = check(draft)
    article = Article(slug=free_slug(draft.title), created_at=now, released_at=None)
    _write(article, draft, now=now)
    db.session.add(article)
    db.session.flush()
    return article


def edit_article(
    article: Article, draft: Draft, *, seen_at: datetime | None, now: datetime
) -> None:
    """Write the draft over the article; its slug follows the title until it is released.

    `seen_at` is the `updated_at` that the writer had before him: BadInput at `seen_at` when
    someone saved in between, and at any field that cannot be taken. None skips that check.
    """
    draft = check(draft)
    db.session.refresh(article, with_for_update=True)
    if seen_at is not None and seen_at != article.updated_at:
        raise BadInput("seen_at", "saved_meanwhile")
    if not article.is_released(now):
        article.slug = free_slug(draft.title, keep=article.slug)
    had = {theme.id for theme in article.themes}
    _write(article, draft, now=now)
    db.session.flush()
    _note_given(article, set(draft.theme_ids) - had, now=now)


def _write(article: Article, draft: Draft, *, now: datetime) -> None:
    article.kind = ArticleKind(draft.kind)
    article.title = draft.title
    article.subject = draft.subject or None
    article.authors = list(draft.authors)
    article.summary = draft.summary
    article.body_md = draft.body_md
    article.page = draft.page
    article.language = draft.language
    # The desk has no field for it: what came with an article from elsewhere must outlive an edit.
    article.published_on = draft.published_on or article.published_on
    article.themes = _themes(draft.theme_ids)
    article.updated_at = now


def _note_given(article: Article, theme_ids: Collection[int], *, now: datetime) -> None:
    """Since when a released article has these themes: to their readers it is due from then on."""
    if article.is_released(now) and theme_ids:
        db.session.execute(
            update(article_themes)
            .where(article_themes.c.article_id == article.id,
                   article_themes.c.theme_id.in_(theme_ids))
            .values(given_at=now)
        )


def _themes(theme_ids: tuple[int, ...]) -> list[Theme]:
    found = themes_by_id(theme_ids)
    if len(found) != len(theme_ids):
        raise BadInput("theme_ids", "unknown")
    return found
