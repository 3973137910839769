"""Offer a change of an article: kept beside it, until an editor takes it over or declines it."""

from datetime import datetime

from newsletter.articles.drafts import Draft, check
from newsletter.articles.models import Article
from newsletter.articles.proposal_models import ArticleProposal, ProposalState
from newsletter.articles.proposal_queries import waiting_of
from newsletter.articles.versions import as_json, draft_in, draft_of, keep_version
from newsletter.articles.write import as_written, lock
from newsletter.extensions import db


def offer(
    article: Article, draft: Draft, *, revision: int | None, now: datetime, account_id: int
) -> ArticleProposal | None:
    """Keep the draft as what this person offers, in the place of her proposal that waited.

    None when it is what the article says already: then nothing of hers waits any more. The same
    once more is the one that waits. Raises BadInput as `edit_article` does.
    """
    draft = check(draft)
    lock(article, revision=revision)
    wanted = as_written(article, draft)
    waiting = waiting_of(article.id, account_id)
    if (waiting is not None and draft_in(waiting) == wanted
            and waiting.base_revision == article.revision):
        return waiting
    is_new = wanted != draft_of(article)
    if waiting is not None:
        _end(waiting, ProposalState.REPLACED if is_new else ProposalState.WITHDRAWN, now=now)
    if not is_new:
        return None
    # So that what the article said can be told from what the proposal changes in it.
    keep_version(article, saved_at=article.updated_at)
    made = ArticleProposal(
        article_id=article.id, account_id=account_id, offered_at=now,
        base_revision=article.revision, content=as_json(wanted),
    )
    db.session.add(made)
    db.session.flush()
    return made


def end_own(article_id: int, account_id: int | None, *, now: datetime) -> None:
    """What this person offered waits no more, for she saved the article herself."""
    waiting = waiting_of(article_id, account_id) if account_id is not None else None
    if waiting is not None:
        _end(waiting, ProposalState.REPLACED, now=now)


def _end(proposal: ArticleProposal, state: ProposalState, *, now: datetime) -> None:
    proposal.state, proposal.decided_at = state, now
    # Before the next one of hers is added: of one person at most one waits.
    db.session.flush()
