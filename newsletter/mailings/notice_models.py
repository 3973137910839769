"""Tables of notices: lines that readers are owed in their next mail, and who has them."""

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.columns import Key, Moment
from newsletter.extensions import Model

LONGEST_NOTICE = 400  # characters


class Notice(Model):
    """A line for many readers, never changed: about their themes, or about an article they had.

    Without an English text its Dutch one stands in English mails too.
    """

    __tablename__ = "notices"
    __table_args__ = (
        CheckConstraint(f"length(text_nl) between 1 and {LONGEST_NOTICE}", name="text_nl"),
        CheckConstraint(f"length(text_en) between 1 and {LONGEST_NOTICE}", name="text_en"),
        Index("ix_notices_article_id", "article_id",
              postgresql_where=text("article_id is not null")),
    )

    id: Mapped[Key]
    text_nl: Mapped[str]
    text_en: Mapped[str | None]
    article_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("articles.id", ondelete="SET NULL")
    )
    created_at: Mapped[Moment]
    withdrawn_at: Mapped[Moment | None]


class OwedNotice(Model):
    """That a reader is owed a notice; `delivery_id` is the mail that carries it.

    A mail that fails or is skipped gives it back; one that is sent has given it.
    """

    __tablename__ = "owed_notices"
    __table_args__ = (
        Index("ix_owed_notices_open", "subscriber_id", postgresql_where=text("given_at is null")),
        Index("ix_owed_notices_notice_id", "notice_id"),
    )

    subscriber_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("subscriptions.subscriber_id", ondelete="CASCADE"), primary_key=True
    )
    notice_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("notices.id"), primary_key=True)
    owed_at: Mapped[Moment]
    # No foreign key: the ledger's partitions are dropped in time.
    delivery_id: Mapped[int | None] = mapped_column(BigInteger)
    given_at: Mapped[Moment | None]
