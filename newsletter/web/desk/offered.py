"""Changes that were offered, as the desk shows them: who, when, and what would become different."""

from collections.abc import Sequence
from typing import NamedTuple

from flask import flash
from flask_security import current_user

from newsletter.accounts.models import RoleName
from newsletter.accounts.queries import names_of
from newsletter.articles.apply import applied, base_of
from newsletter.articles.go_live import may_only_offer
from newsletter.articles.models import Article
from newsletter.articles.proposal_models import ArticleProposal, ProposalState
from newsletter.articles.proposal_queries import newest_of, waiting_for
from newsletter.articles.save import Saved
from newsletter.articles.versions import draft_in, draft_of
from newsletter.web.desk.acts import Act
from newsletter.web.desk.changes import Change, changes
from newsletter.web.desk.roles import may
from newsletter.web.desk.said import _


class Offered(NamedTuple):
    """A proposal with the names of who offered it and who decided.

    `changed` is what becomes different when it is taken over, or once it waits no more what it was
    to change; `meanwhile` what others changed in the article since it was made.
    """

    proposal: ArticleProposal
    by: str
    decided_by: str
    changed: Sequence[Change]
    meanwhile: Sequence[Change]

    @property
    def waits(self) -> bool:
        """Whether nobody decided yet."""
        return self.proposal.state is ProposalState.WAITING

    @property
    def is_mine(self) -> bool:
        """Whether who works here offered it."""
        return bool(self.proposal.account_id == current_user.id)


def shown(article: Article, proposal: ArticleProposal) -> Offered:
    """The proposal as pages show it."""
    names = names_of(one for one in (proposal.account_id, proposal.decided_by) if one)
    base, present = base_of(article, proposal), draft_of(article)
    waits = proposal.state is ProposalState.WAITING
    return Offered(
        proposal,
        names.get(proposal.account_id, ""),
        names.get(proposal.decided_by or 0, ""),
        changes(present, applied(article, proposal)) if waits
        else changes(base, draft_in(proposal)),
        changes(base, present) if waits else (),
    )


def offered_for(article: Article) -> list[Offered]:
    """What waits for an editor to decide; to who may only offer it her own, also once decided."""
    if may(RoleName.EDITOR):
        return [shown(article, one) for one in waiting_for(article.id)]
    own = newest_of(article.id, current_user.id)
    return [shown(article, own)] if own is not None else []


def only_offers(article: Article) -> bool:
    """Whether what who works here saves of this article waits for an editor."""
    return may_only_offer(article, current_user.id)


def note(saved: Saved, act: Act) -> None:
    """Let the audit trail keep that it was an offer, if it was no more."""
    if saved is Saved.OFFERED:
        act.name = "offer_change"


def tell(saved: Saved, *, done: str) -> None:
    """Say what came of a save; `done` is said of what was written."""
    if saved is Saved.OFFERED:
        flash(_("Voorgesteld. Een redacteur kijkt ernaar. Tot dan verandert er voor lezers niets."),
              "done")
    elif saved is Saved.WRITTEN:
        flash(done, "done")
    else:
        flash(_("Er is niets veranderd: zo stond het er al."), "info")
