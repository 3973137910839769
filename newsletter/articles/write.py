"""Write an article: add it to the store, or edit what is there. Each save keeps a version."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sqlalchemy import update

from newsletter.articles.drafts import Draft, check
from newsletter.articles.go_live import may_only_offer
from newsletter.articles.models import Article, ArticleKind, article_themes
from newsletter.articles.slugs import free_slug
from newsletter.articles.versions import draft_of, keep_version
from newsletter.catalogue.models import Theme
from newsletter.catalogue.queries import are_pickable, keep_themes, themes_by_id
from newsletter.errors import BadInput, NeedsEditor
from newsletter.extensions import db


def add_article(draft: Draft, *, now: datetime, account_id: int | None = None) -> Article:
    """Add an article, not yet released. Raises BadInput at the field that cannot be taken."""
    draft = check(draft)
    article = Article(slug=free_slug(draft.title), created_at=now, released_at=None, updated_at=now)
    themes = _themes(draft, carried=())
    article.revision = 0
    _write(article, draft, themes)
    db.session.add(article)
    db.session.flush()
    keep_version(article, saved_at=now, account_id=account_id)
    return article


def edit_article(
    article: Article,
    draft: Draft,
    *,
    revision: int | None,
    now: datetime,
    account_id: int | None = None,
    restored_from: int | None = None,
) -> bool:
    """Write the draft over the article; whether that changed anything.

    Its slug follows the title until it is released. Retired themes that it carries stay, for a
    form shows only what readers can pick. `revision` is the one that the writer had before him:
    BadInput at `revision` when someone saved in between, and at any field that cannot be taken.
    None skips that check. Raises NeedsEditor when the article goes to readers and the account may
    only offer changes; no account is the house itself.
    """
    draft = check(draft)
    lock(article, revision=revision)
    if may_only_offer(article, account_id):
        raise NeedsEditor("edit_article")
    had = {theme.id for theme in article.themes}
    themes = _themes(draft, carried=article.themes)
    # What stood there before versions were kept, or was put there by another way.
    keep_version(article, saved_at=article.updated_at)
    before = draft_of(article)
    _write(article, draft, themes)
    if draft_of(article) == before:
        return False
    if not article.is_released(now):
        article.slug = free_slug(draft.title, keep=article.slug)
    article.updated_at = now
    article.revision += 1
    db.session.flush()
    _note_given(article, set(draft.theme_ids) - had, now=now)
    keep_version(article, saved_at=now, account_id=account_id, restored_from=restored_from)
    return True


def lock(article: Article, *, revision: int | None) -> None:
    """Hold the article until the end of the transaction, as it stands now.

    Raises BadInput at `revision` when that is another; None skips that check.
    """
    db.session.refresh(article, with_for_update=True)
    if revision is not None and revision != article.revision:
        raise BadInput("revision", "saved_meanwhile")


def as_written(article: Article, draft: Draft) -> Draft:
    """What the article would say with the draft written over it; writes nothing.

    Raises BadInput at the field that cannot be taken.
    """
    draft = check(draft)
    themes = _themes(draft, carried=article.themes)
    return replace(
        draft,
        theme_ids=tuple(sorted(theme.id for theme in themes)),
        image_alt=draft.image_alt if draft.image_id is not None else "",
        published_on=draft.published_on or article.published_on,
    )


def _write(article: Article, draft: Draft, themes: list[Theme]) -> None:
    article.kind = ArticleKind(draft.kind)
    article.title = draft.title
    article.subject = draft.subject or None
    article.authors = list(draft.authors)
    article.summary = draft.summary
    article.body_md = draft.body_md
    article.page = draft.page
    article.language = draft.language
    article.canonical_url = draft.canonical_url or None
    article.partner_id = draft.partner_id
    article.image_id = draft.image_id
    article.image_alt = draft.image_alt if draft.image_id is not None else ""
    # The desk has no field for it: what came with an article from elsewhere must outlive an edit.
    article.published_on = draft.published_on or article.published_on
    article.themes = themes


def _note_given(article: Article, theme_ids: Collection[int], *, now: datetime) -> None:
    """Since when a released article has these themes: to their readers it is due from then on."""
    if article.is_released(now) and theme_ids:
        db.session.execute(
            update(article_themes)
            .where(article_themes.c.article_id == article.id,
                   article_themes.c.theme_id.in_(theme_ids))
            .values(given_at=now)
        )


def _themes(draft: Draft, *, carried: Collection[Theme]) -> list[Theme]:
    """The themes of the draft, and of those that the article carries the retired ones."""
    keep_themes()
    found = themes_by_id(draft.theme_ids)
    new = {one.id for one in found}.difference(one.id for one in carried)
    if len(found) != len(draft.theme_ids) or not are_pickable(new):
        raise BadInput("theme_ids", "unknown")
    return found + [one for one in carried if one.retired_at is not None and one not in found]
