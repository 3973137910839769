"""Reads of proposals."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import defer

from newsletter.articles.models import Article, ArticleVersion
from newsletter.articles.proposal_models import ArticleProposal, ProposalState
from newsletter.extensions import db

LARGEST_ID = 2**63 - 1  # that a column can hold; an address may name a larger one
_WAITS = ArticleProposal.state == ProposalState.WAITING
# What comes to an end without the person who offered it having done it herself.
_ANSWERED = (ProposalState.WAITING, ProposalState.TAKEN, ProposalState.DECLINED)


def find_proposal(article_id: int, proposal_id: int) -> ArticleProposal | None:
    """The proposal with this id, when it is of this article."""
    found = db.session.get(ArticleProposal, proposal_id) if proposal_id <= LARGEST_ID else None
    return found if found is not None and found.article_id == article_id else None


def waiting_of(article_id: int, account_id: int) -> ArticleProposal | None:
    """The one of this person that waits for this article."""
    return db.session.scalar(select(ArticleProposal).where(
        ArticleProposal.article_id == article_id, ArticleProposal.account_id == account_id, _WAITS))


def newest_of(article_id: int, account_id: int) -> ArticleProposal | None:
    """The last one of this person for this article, unless it ended by her own doing."""
    found = db.session.scalar(
        select(ArticleProposal)
        .where(ArticleProposal.article_id == article_id, ArticleProposal.account_id == account_id)
        .order_by(ArticleProposal.id.desc())
        .limit(1)
    )
    return found if found is not None and found.state in _ANSWERED else None


def waiting_for(article_id: int) -> Sequence[ArticleProposal]:
    """All that wait for this article, the oldest first."""
    return db.session.scalars(
        select(ArticleProposal).where(ArticleProposal.article_id == article_id, _WAITS)
        .order_by(ArticleProposal.id)
    ).all()


def list_waiting(limit: int) -> Sequence[tuple[ArticleProposal, str]]:
    """Those that wait longest, with the titles of their articles and without their content."""
    return db.session.execute(
        select(ArticleProposal, Article.title)
        .join(Article, Article.id == ArticleProposal.article_id)
        .where(_WAITS)
        .options(defer(ArticleProposal.content))
        .order_by(ArticleProposal.id)
        .limit(limit)
    ).tuples().all()


def count_waiting() -> int:
    """How many wait."""
    return db.session.scalar(select(func.count()).select_from(ArticleProposal).where(_WAITS)) or 0


def told_to(
    account_id: int, *, since: datetime, limit: int, partner_id: int | None = None
) -> Sequence[tuple[ArticleProposal, str]]:
    """This person's newest for each article, when it waits or was declined then or later.

    With the titles, the last one first; with a partner of that partner's articles alone.
    """
    newest = (
        select(ArticleProposal.id)
        .where(ArticleProposal.account_id == account_id)
        .distinct(ArticleProposal.article_id)
        .order_by(ArticleProposal.article_id, ArticleProposal.id.desc())
    )
    declined = (ArticleProposal.state == ProposalState.DECLINED) & (
        ArticleProposal.decided_at >= since)
    wanted = (
        select(ArticleProposal, Article.title)
        .join(Article, Article.id == ArticleProposal.article_id)
        .where(ArticleProposal.id.in_(newest), _WAITS | declined)
        .options(defer(ArticleProposal.content))
        .order_by(ArticleProposal.id.desc())
        .limit(limit)
    )
    if partner_id is not None:
        wanted = wanted.where(Article.partner_id == partner_id)
    return db.session.execute(wanted).tuples().all()


def offered_by(article_id: int, revisions: Collection[int]) -> dict[int, int]:
    """Who offered the versions of this article that were proposals first, by their revision."""
    # A proposal that changed nothing any more was taken as a version that somebody else wrote.
    is_same = (ArticleVersion.article_id == ArticleProposal.article_id) & (
        ArticleVersion.revision == ArticleProposal.taken_as) & (
        ArticleVersion.saved_at == ArticleProposal.decided_at)
    rows = db.session.execute(
        select(ArticleVersion.revision, ArticleProposal.account_id)
        .join(ArticleVersion, is_same)
        .where(ArticleProposal.article_id == article_id, ArticleVersion.revision.in_(revisions))
    )
    return dict(rows.tuples().all())
