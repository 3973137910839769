"""Tables of approval: who asked for it and who gave it, and who worked on an edition."""

from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.columns import Key, Moment, words
from newsletter.extensions import Model

LONGEST_NOTE = 1_000
OPEN = text("voided_at is null and used_at is null and verdict is distinct from 'refused'")


class Verdict(StrEnum):
    """What the second person said."""

    APPROVED = "approved"
    REFUSED = "refused"


class VoidReason(StrEnum):
    """Why an approval holds no more: what in the mail is not as it was frozen, or who took it."""

    SUBJECT = "subject"
    PREHEADER = "preheader"
    AUDIENCE = "audience"
    CONTENT = "content"  # of articles, editorial, the template around them, or the page
    LINE = "line"  # of a correction, for those who have the old text
    UNMAKEABLE = "unmakeable"  # no mail can be made of it any more
    WITHDRAWN = "withdrawn"


class Approval(Model):
    """An approval asked of a frozen manifest and its line; open until refused, voided or sent.

    Who asked, when and of what never changes; the rest is filled in once each, which the database
    sees to.
    """

    __tablename__ = "approvals"
    __table_args__ = (
        CheckConstraint("decided_by <> asked_by", name="second_person"),
        CheckConstraint("num_nulls(decided_by, decided_at, verdict) in (0, 3)", name="decided"),
        CheckConstraint("num_nulls(voided_at, void_reason) in (0, 2)", name="voided"),
        CheckConstraint("used_at is null or coalesce(verdict = 'approved', false) "
                        "and voided_at is null", name="used"),
        CheckConstraint(f"length(note) <= {LONGEST_NOTE}", name="note"),
        Index("ix_approvals_edition_id", "edition_id", text("id desc")),
        Index("uq_approvals_open", "edition_id", unique=True, postgresql_where=OPEN),
    )

    id: Mapped[Key]
    edition_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("editions.id"))
    manifest_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("manifests.id"))
    # Of a correction: the line that those who have the old text read.
    line_nl: Mapped[str] = mapped_column(server_default="")
    line_en: Mapped[str] = mapped_column(server_default="")
    asked_by: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    asked_at: Mapped[Moment]
    decided_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    decided_at: Mapped[Moment | None]
    verdict: Mapped[Verdict | None] = mapped_column(words(Verdict, "verdict"))
    note: Mapped[str] = mapped_column(server_default="")
    voided_at: Mapped[Moment | None]
    void_reason: Mapped[VoidReason | None] = mapped_column(words(VoidReason, "void_reason"))
    used_at: Mapped[Moment | None]  # when its mailing began: from then on it is history

    @property
    def is_waiting(self) -> bool:
        """Whether a second person has still to say something."""
        return self.verdict is None and self.voided_at is None

    @property
    def holds(self) -> bool:
        """Whether it was given, and nothing voided it since."""
        return self.verdict is Verdict.APPROVED and self.voided_at is None


class EditionHand(Model):
    """Someone who changed an edition's texts or the choice of its articles, and when."""

    __tablename__ = "edition_hands"

    edition_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("editions.id", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("accounts.id"), primary_key=True
    )
    first_at: Mapped[Moment]
    last_at: Mapped[Moment]
