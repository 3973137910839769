"""Tables of the composer: what a person typed and has not saved yet, and who has it open."""

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.columns import Moment
from newsletter.extensions import Model

LONGEST_LINE = 1_000
LONGEST_TEXT = 100_000


class EditionDraft(Model):
    """What one person typed for an edition; it is no part of the edition until it is saved.

    `revision` and `base` are those of the texts that stood there when the typing began.
    """

    __tablename__ = "edition_drafts"
    __table_args__ = (
        CheckConstraint(f"length(title) <= {LONGEST_LINE} and length(subject) <= {LONGEST_LINE} "
                        f"and length(preheader) <= {LONGEST_LINE} "
                        f"and length(editorial_md) <= {LONGEST_TEXT}", name="length"),
    )

    edition_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("editions.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("accounts.id"), primary_key=True, index=True)
    title: Mapped[str]
    subject: Mapped[str]
    preheader: Mapped[str]
    editorial_md: Mapped[str]
    revision: Mapped[int]
    base: Mapped[str]
    kept_at: Mapped[Moment] = mapped_column(index=True)


class EditionVisit(Model):
    """That somebody has an edition open; `seen_at` is the last word of that page."""

    __tablename__ = "edition_visits"

    edition_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("editions.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("accounts.id"), primary_key=True, index=True)
    seen_at: Mapped[Moment] = mapped_column(index=True)
