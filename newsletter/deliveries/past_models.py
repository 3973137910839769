"""What stays of deliveries when their partition was dropped: how they ended, and keys used once."""

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.columns import Key, Moment, words
from newsletter.deliveries.models import DeliveryStatus, SkipReason
from newsletter.extensions import Model


class PastOutcome(Model):
    """How many deliveries of a mailing ended in one way; only the database's owner writes here."""

    __tablename__ = "past_outcomes"
    __table_args__ = (Index("ix_past_outcomes_mailing_id", "mailing_id"),)

    id: Mapped[Key]
    mailing_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("mailings.id"))
    status: Mapped[DeliveryStatus] = mapped_column(words(DeliveryStatus, "status"))
    skip_reason: Mapped[SkipReason | None] = mapped_column(words(SkipReason, "skip_reason"))
    # Of what failed alone, and of nobody in particular.
    reply_code: Mapped[str | None]
    deliveries: Mapped[int]
    unclear_copies: Mapped[int]


class PastRecipients(Model):
    """Some recipients of a mailing for whom it ended alike: at most 2,000, in order of their ids.

    So that nothing comes to anybody twice, and the hash of the ids can be made again. A reader is
    found by first and last, and has her variant at the same place.
    """

    __tablename__ = "past_recipients"
    __table_args__ = (Index("ix_past_recipients_mailing_id", "mailing_id"),)

    id: Mapped[Key]
    mailing_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("mailings.id"))
    status: Mapped[DeliveryStatus] = mapped_column(words(DeliveryStatus, "status"))
    skip_reason: Mapped[SkipReason | None] = mapped_column(words(SkipReason, "skip_reason"))
    first_id: Mapped[int] = mapped_column(BigInteger)
    last_id: Mapped[int] = mapped_column(BigInteger)
    subscriber_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    variant_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))


class IdempotencyKey(Model):
    """That a single mail was queued under this key; kept as long as deliveries are."""

    __tablename__ = "idempotency_keys"

    key: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[Moment]
