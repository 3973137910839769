"""Tables of the audit trail: its entries in one chain, its seals, and from where acts came."""

from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, FetchedValue, ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from newsletter.columns import Key, Moment
from newsletter.extensions import Model


class AuditEntry(Model):
    """Who did what to which row, when and by which door; never changed, never removed.

    The database itself gives it its place in the chain and its hash, whatever a client says
    (`migrations/versions/0020_audit_chain.py`).
    """

    __tablename__ = "audit_entries"
    __table_args__ = (
        CheckConstraint("sequence >= 1 and (sequence = 1) = (previous_hash = '')", name="chain"),
        Index("ix_audit_entries_subject", "subject", "sequence"),
        Index("ix_audit_entries_account_id", "account_id", "sequence"),
        Index("ix_audit_entries_act", "act", "sequence"),
        Index("ix_audit_entries_at", "at"),
    )

    id: Mapped[Key]
    at: Mapped[Moment]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    actor: Mapped[str]  # "account", "operator:<name>", "system", "stranger"
    door: Mapped[str]  # "desk", "cli", "clock"
    act: Mapped[str]
    subject: Mapped[str]  # table and key, as "edition:20-8"
    details: Mapped[dict[str, Any]] = mapped_column(JSONB)
    sequence: Mapped[int] = mapped_column(BigInteger, server_default=FetchedValue(), unique=True)
    previous_hash: Mapped[str] = mapped_column(server_default=FetchedValue())
    hash: Mapped[str] = mapped_column(server_default=FetchedValue())


class AuditOrigin(Model):
    """From where an act came; apart from the chain, so that retention can take it away."""

    __tablename__ = "audit_origins"
    __table_args__ = (Index("ix_audit_origins_at", "at"),)

    entry_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("audit_entries.id"), primary_key=True, autoincrement=False
    )
    at: Mapped[Moment]
    address: Mapped[str]  # an IP address
    program: Mapped[str]  # the browser, as it names itself
    entry: Mapped[AuditEntry] = relationship()


class AuditSeal(Model):
    """The chain's newest entry at some moment: what a tail that was cut off no longer has."""

    __tablename__ = "audit_seals"

    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[Moment]
    hash: Mapped[str]
