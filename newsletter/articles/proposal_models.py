"""Table of proposals: changes of what goes to readers that wait for an editor, and what came of it.
"""

from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.columns import Key, Moment, words
from newsletter.extensions import Model

LONGEST_WHY = 500
_WAITS = text("state = 'waiting'")


class ProposalState(StrEnum):
    """What came of a proposal."""

    WAITING = "waiting"
    TAKEN = "taken"  # an editor made it a version of the article
    DECLINED = "declined"
    REPLACED = "replaced"  # by a later one of the same person, or by a save of hers
    WITHDRAWN = "withdrawn"


class ArticleProposal(Model):
    """A change that somebody offered; `content` is a draft, as an article's versions keep it.

    `base_revision` is the version of the article that it was made on, `taken_as` the one that it
    became. Of one person at most one waits for an article.
    """

    __tablename__ = "article_proposals"
    __table_args__ = (
        CheckConstraint("(state = 'waiting') = (decided_at is null)", name="decided_at"),
        CheckConstraint("(decided_by is null) = (state not in ('taken', 'declined'))",
                        name="decided_by"),
        CheckConstraint("(state = 'taken') = (taken_as is not null)", name="taken_as"),
        CheckConstraint(f"length(why) <= {LONGEST_WHY} and (state = 'declined') = (why <> '')",
                        name="why"),
        Index("ix_article_proposals_article_id", "article_id", text("id desc")),
        Index("ix_article_proposals_account_id", "account_id", text("id desc")),
        Index("ix_article_proposals_waiting", "id", postgresql_where=_WAITS),
        Index("uq_article_proposals_waiting", "article_id", "account_id", unique=True,
              postgresql_where=_WAITS),
    )

    id: Mapped[Key]
    article_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("articles.id", ondelete="CASCADE")
    )
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    offered_at: Mapped[Moment]
    base_revision: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[ProposalState] = mapped_column(
        words(ProposalState, "state"), server_default="waiting"
    )
    decided_at: Mapped[Moment | None]
    decided_by: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("accounts.id"), index=True
    )
    why: Mapped[str] = mapped_column(server_default="")  # it was declined
    taken_as: Mapped[int | None]
