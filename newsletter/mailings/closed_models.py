"""The table of closed ledgers: what each mailing that is over came to, kept once."""

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.columns import Moment
from newsletter.extensions import Model


class ClosedLedger(Model):
    """What the ledger of a mailing came to when it closed with nothing open; never rewritten.

    So that lists need not reckon it anew. It proves nothing: the job that keeps it goes on
    reckoning the rows themselves, and rings when they differ. The app's role may change
    `checked_at` alone.
    """

    __tablename__ = "closed_ledgers"
    __table_args__ = (
        CheckConstraint("sent >= 0 and unclear_copies >= 0", name="counts"),
        Index("ix_closed_ledgers_checked_at", "checked_at"),
    )

    mailing_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("mailings.id"),
                                            primary_key=True)
    recipients_hash: Mapped[str]  # the SHA-256 of their sorted ids, as they were found
    sent: Mapped[int]
    failed: Mapped[dict[str, int]] = mapped_column(JSONB)  # how many by the relay's code
    skipped: Mapped[dict[str, int]] = mapped_column(JSONB)  # how many by reason
    unclear_copies: Mapped[int]
    kept_at: Mapped[Moment]
    checked_at: Mapped[Moment]  # when the rows were last found to be as they are told here
