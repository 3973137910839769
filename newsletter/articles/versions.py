"""Versions of an article: what it said after each save, who saved it and when."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import defer

from newsletter.articles.drafts import Draft
from newsletter.articles.models import Article, ArticleVersion
from newsletter.articles.proposal_models import ArticleProposal
from newsletter.extensions import db

PAGE_SIZE = 50


def draft_of(article: Article) -> Draft:
    """What is written in the article as it stands; retired themes that it carries are in it too."""
    return Draft(
        kind=article.kind.value,
        title=article.title,
        authors=tuple(article.authors),
        summary=article.summary,
        theme_ids=tuple(sorted(theme.id for theme in article.themes)),
        subject=article.subject or "",
        body_md=article.body_md,
        page=article.page,
        language=article.language,
        published_on=article.published_on,
        canonical_url=article.canonical_url or "",
        partner_id=article.partner_id,
        image_id=article.image_id,
        image_alt=article.image_alt,
    )


def live_draft_of(article: Article) -> Draft:
    """The same with the themes that readers can pick, to change something and write it again."""
    live = tuple(theme.id for theme in article.themes if theme.retired_at is None)
    return replace(draft_of(article), theme_ids=live)


def keep_version(
    article: Article,
    *,
    saved_at: datetime,
    account_id: int | None = None,
    restored_from: int | None = None,
) -> None:
    """Keep what the article says now, under its revision; harmless when that is kept already."""
    if find_version(article.id, article.revision) is None:
        db.session.add(ArticleVersion(
            article_id=article.id, revision=article.revision, saved_at=saved_at,
            account_id=account_id, restored_from=restored_from,
            content=as_json(draft_of(article)),
        ))
        db.session.flush()


def find_version(article_id: int, revision: int) -> ArticleVersion | None:
    """What the article said after the save with this number."""
    return db.session.get(ArticleVersion, (article_id, revision))


def list_versions(
    article_id: int, *, before: int | None = None, partner_id: int | None = None
) -> Sequence[ArticleVersion]:
    """A page of versions without their content, the newest first, and one more if there is.

    With a partner those alone that were saved when the article was that partner's.
    """
    wanted = select(ArticleVersion).where(ArticleVersion.article_id == article_id)
    if before is not None:
        wanted = wanted.where(ArticleVersion.revision < before)
    if partner_id is not None:
        wanted = wanted.where(ArticleVersion.content["partner_id"].as_integer() == partner_id)
    return db.session.scalars(
        wanted.options(defer(ArticleVersion.content))
        .order_by(ArticleVersion.revision.desc())
        .limit(PAGE_SIZE + 1)
    ).all()


def draft_in(version: ArticleVersion | ArticleProposal) -> Draft:
    """What was written, as the version or the proposal keeps it."""
    kept = version.content
    day = kept["published_on"]
    return Draft(**{
        **kept,
        "authors": tuple(kept["authors"]),
        "theme_ids": tuple(kept["theme_ids"]),
        "published_on": date.fromisoformat(day) if day else None,
    })


def as_json(draft: Draft) -> dict[str, Any]:
    """The draft as a version or a proposal keeps it; `draft_in` reads it."""
    day = draft.published_on
    return {**asdict(draft), "published_on": day.isoformat() if day else None}
