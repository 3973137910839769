"""Table of corrections: a better text for what has not left of a paused edition."""

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.columns import Key, Moment
from newsletter.extensions import Model
from newsletter.mailings.notice_models import LONGEST_NOTICE

# A restored backup may lack the last ones: whoever asks under which names a mail may have left
# tries each number, so there must be an end to them.
MOST_CORRECTIONS = 5


class Correction(Model):
    """One correction of an edition in mid-send: open, dropped, or carried out and kept for ever.

    While it is open its texts stand here and nowhere else: what is public is what was approved.
    """

    __tablename__ = "corrections"
    __table_args__ = (
        UniqueConstraint("mailing_id", "number"),
        Index("uq_corrections_open", "mailing_id", unique=True,
              postgresql_where=text("dropped_at is null and corrected_at is null")),
        CheckConstraint(f"number between 1 and {MOST_CORRECTIONS}", name="number"),
        CheckConstraint("num_nonnulls(number, corrected_at, corrected_by, old_manifest_id, "
                        "manifest_id, approval_id, moved, kept, served, notice_id) in (0, 10)",
                        name="carried_out"),
        CheckConstraint("num_nonnulls(dropped_at, corrected_at) < 2", name="one_end"),
        CheckConstraint("length(title) <= 200", name="title"),
        CheckConstraint("length(subject) <= 200", name="subject"),
        CheckConstraint("subject !~ '[[:cntrl:]]' and preheader !~ '[[:cntrl:]]'",
                        name="one_line"),
        CheckConstraint(f"length(text_nl) <= {LONGEST_NOTICE}", name="text_nl"),
        CheckConstraint(f"length(text_en) <= {LONGEST_NOTICE}", name="text_en"),
    )

    id: Mapped[Key]
    mailing_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("mailings.id"))
    title: Mapped[str]
    subject: Mapped[str]
    preheader: Mapped[str]
    editorial_md: Mapped[str]
    # What those who have the old text read in their next mail, and everybody in the archive.
    text_nl: Mapped[str] = mapped_column(server_default="")
    text_en: Mapped[str] = mapped_column(server_default="")
    revision: Mapped[int] = mapped_column(server_default="0")
    opened_at: Mapped[Moment]
    opened_by: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id"), index=True)
    dropped_at: Mapped[Moment | None]
    # The first correction of its mailing that was carried out is 1.
    number: Mapped[int | None]
    corrected_at: Mapped[Moment | None]
    corrected_by: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("accounts.id"), index=True)
    old_manifest_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("manifests.id"), index=True)
    manifest_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("manifests.id"), index=True)
    approval_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("approvals.id"), index=True)
    # How many readers get the new text; how many still get the old one; how many had it.
    moved: Mapped[int | None]
    kept: Mapped[int | None]
    served: Mapped[int | None]
    notice_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("notices.id"), index=True)

    @property
    def is_open(self) -> bool:
        """Whether it may still be written, approved, carried out or dropped."""
        return self.dropped_at is None and self.corrected_at is None
