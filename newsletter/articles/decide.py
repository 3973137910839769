"""Decide on a proposal: take it over, decline it with why, or withdraw one's own."""

from datetime import datetime

from newsletter.articles.apply import applied, pickable
from newsletter.articles.drafts import text_fault
from newsletter.articles.go_live import answers_for_magazine
from newsletter.articles.models import Article
from newsletter.articles.proposal_models import LONGEST_WHY, ArticleProposal, ProposalState
from newsletter.articles.proposal_queries import find_proposal
from newsletter.articles.write import edit_article, lock
from newsletter.errors import BadInput, NeedsEditor, NotFound, WrongState
from newsletter.extensions import db


def take_over(
    article: Article,
    proposal_id: int,
    *,
    revision: int | None,
    now: datetime,
    account_id: int,
) -> ArticleProposal:
    """Make the proposal a version of the article, as an edit by who takes it over.

    `revision` is the one that she saw it compared with. Raises BadInput as `edit_article` does,
    NeedsEditor, NotFound, and WrongState when the proposal waits no more.
    """
    _refuse_who_only_offers(account_id)
    lock(article, revision=revision)
    proposal = _locked(article, proposal_id)
    edit_article(article, pickable(applied(article, proposal)), revision=revision, now=now,
                 account_id=account_id)
    proposal.taken_as = article.revision
    _decide(proposal, ProposalState.TAKEN, now=now, account_id=account_id)
    return proposal


def decline(
    article: Article, proposal_id: int, *, why: str, now: datetime, account_id: int
) -> ArticleProposal:
    """Leave the article as it is, and tell who offered the change why.

    Raises BadInput at `why`, NeedsEditor, NotFound, and WrongState when it waits no more.
    """
    _refuse_who_only_offers(account_id)
    why = why.replace("\r\n", "\n").replace("\r", "\n").strip()
    fault = text_fault(why, longest=LONGEST_WHY, needed=True)
    if fault:
        raise BadInput("why", fault)
    lock(article, revision=None)
    proposal = _locked(article, proposal_id)
    proposal.why = why
    _decide(proposal, ProposalState.DECLINED, now=now, account_id=account_id)
    return proposal


def withdraw(
    article: Article, proposal_id: int, *, now: datetime, account_id: int
) -> ArticleProposal:
    """Take back what this person offered herself.

    Raises NotFound when it is not hers, and WrongState when it waits no more.
    """
    lock(article, revision=None)
    found = find_proposal(article.id, proposal_id)
    if found is None or found.account_id != account_id:
        raise NotFound("proposal")
    proposal = _locked(article, proposal_id)
    proposal.state, proposal.decided_at = ProposalState.WITHDRAWN, now
    db.session.flush()
    return proposal


def _refuse_who_only_offers(account_id: int) -> None:
    if not answers_for_magazine(account_id):
        raise NeedsEditor("proposal")


def _locked(article: Article, proposal_id: int) -> ArticleProposal:
    """The proposal as it is now: every deed that changes one holds its article first."""
    found = find_proposal(article.id, proposal_id)
    if found is None:
        raise NotFound("proposal")
    db.session.refresh(found)
    if found.state is not ProposalState.WAITING:
        raise WrongState(found.state.value)
    return found


def _decide(
    proposal: ArticleProposal, state: ProposalState, *, now: datetime, account_id: int
) -> None:
    proposal.state, proposal.decided_at, proposal.decided_by = state, now, account_id
    db.session.flush()
