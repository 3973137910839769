"""Tables of the ledger: deliveries, attempts, suppressions, alarms and switches."""

from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Index,
    String,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.columns import Key, Moment, words
from newsletter.extensions import Model
from newsletter.jobs import Lane


class MailKind(StrEnum):
    """Every kind of mail; one module, one template folder and one golden file for each."""

    CONFIRM_SIGNUP = "confirm_signup"
    ALREADY_SUBSCRIBED = "already_subscribed"
    WELCOME = "welcome"
    MANAGE_LINK = "manage_link"
    CONFIRM_ADDRESS = "confirm_address"
    ADDRESS_CHANGED = "address_changed"
    INVITATION = "invitation"
    REMINDER = "reminder"
    DIGEST = "digest"
    EDITION = "edition"


class DeliveryStatus(StrEnum):
    """Where a delivery stands; the first four are open."""

    PENDING = "pending"
    CLAIMED = "claimed"
    DEFERRED = "deferred"
    UNCLEAR = "unclear"
    SENT = "sent"
    FAILED = "failed"
    SKIPPED = "skipped"


OPEN = (
    DeliveryStatus.PENDING,
    DeliveryStatus.CLAIMED,
    DeliveryStatus.DEFERRED,
    DeliveryStatus.UNCLEAR,
)


class SkipReason(StrEnum):
    """Why a delivery was not sent although it was planned.

    These words are stored for ever, in the deliveries and in what was kept of closed ledgers, which
    nobody rewrites: one may be added, none renamed or taken away.
    """

    UNSUBSCRIBED = "unsubscribed"
    SUPPRESSED = "suppressed"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"
    PAUSED = "paused"
    RESTORED = "restored"  # may have left before a backup came back, so it never does again (R23)


class Outcome(StrEnum):
    """How one attempt ended."""

    ACCEPTED = "accepted"  # 250 after the final dot
    DEFERRED = "deferred"  # 4xx
    REFUSED = "refused"  # 5xx
    UNREACHABLE = "unreachable"  # nothing was offered
    ABOUT_SENDER = "about_sender"  # refused for what we are, not for whom it was (R20)
    DROPPED = "dropped"  # offered, no answer came
    UNCLEAR = "unclear"  # the process ended in between
    UNMAKEABLE = "unmakeable"  # the mail could not be made


class SwitchName(StrEnum):
    """What an operator may switch while everything runs."""

    ATTACK_MODE = "attack_mode"
    SENDING_STOPPED = "sending_stopped"  # by an operator, at once (D06)
    SENDING_HELD = "sending_held"  # the database is a restored one, not yet reconciled (R23)


class Delivery(Model):
    """One mail owed to one recipient: the unit of sending and of idempotency. Holds ids only.

    In partitions by id (migration 0012): each has a unique index of its own on mailing and
    subscriber, and no mailing lies in two. It also finds a reader's mails: the single ones (mailing
    null), and in each mailing hers. No foreign keys: they cost more than all of planning.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        CheckConstraint("num_nonnulls(subscriber_id, account_id) = 1", name="one_recipient"),
        CheckConstraint("mailing_id is null or (subscriber_id is not null and "
                        "variant_id is not null)", name="mailing_has_variant"),
        CheckConstraint("(status = 'sent') = (sent_at is not null)", name="sent_has_moment"),
        CheckConstraint("(status = 'skipped') = (skip_reason is not null)", name="skip_has_reason"),
        CheckConstraint("(status = 'claimed') = (claim_id is not null)", name="claim_has_owner"),
        # What a claim reads: only what is owed, so that its size follows the work and not the past.
        # By mailing, so that one which is paused stands in nobody's way.
        Index("ix_deliveries_due", "mailing_id", "due_at", "id",
              postgresql_where=text("status in ('pending', 'deferred', 'unclear')")),
        Index("ix_deliveries_claim_id", "claim_id", postgresql_where=text("status = 'claimed'")),
        # What retention reads once a day: single mails past their time.
        Index("ix_deliveries_single_ended_at", "ended_at",
              postgresql_where=text("mailing_id is null")),
        # What a digest reads: whose articles came back to her, as a mail of hers ended unsent.
        Index("ix_deliveries_uncovered", "ended_at", postgresql_where=text(
            "mailing_id is not null and status in ('failed', 'skipped')")),
        {"postgresql_partition_by": "RANGE (id)"},
    )

    id: Mapped[int] = mapped_column(
        BigInteger, primary_key=True, server_default=text("nextval('deliveries_id_seq')")
    )
    kind: Mapped[MailKind] = mapped_column(words(MailKind, "kind"))
    lane: Mapped[Lane] = mapped_column(words(Lane, "lane"))
    mailing_id: Mapped[int | None] = mapped_column(BigInteger)
    variant_id: Mapped[int | None] = mapped_column(BigInteger)
    # By which correction of its mailing it has its text, and so another Message-ID; none: the first
    # text.
    correction: Mapped[int | None]
    subscriber_id: Mapped[int | None] = mapped_column(BigInteger)
    account_id: Mapped[int | None] = mapped_column(BigInteger)
    # Makes a single mail unique where its deed may repeat ("welcome:<consent id>"), by the table
    # `idempotency_keys`.
    idempotency_key: Mapped[str | None]
    params: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    status: Mapped[DeliveryStatus] = mapped_column(
        words(DeliveryStatus, "status"), server_default="pending"
    )
    created_at: Mapped[Moment]
    due_at: Mapped[Moment]
    claim_id: Mapped[int | None] = mapped_column(BigInteger)
    # What its bytes depend on is fixed at the first claim, so that every attempt has the same
    # ones (R04): that claim's moment and keys, and what her links carried.
    first_claim_id: Mapped[int | None] = mapped_column(BigInteger)
    link_nonce: Mapped[int | None]
    message_id: Mapped[str | None]  # derived; written down with the first outcome
    attempts: Mapped[int] = mapped_column(server_default="0")
    # How often it became unclear: each may have been a second copy.
    unclear_count: Mapped[int] = mapped_column(server_default="0")
    sent_at: Mapped[Moment | None]
    ended_at: Mapped[Moment | None]
    reply_code: Mapped[str | None]
    skip_reason: Mapped[SkipReason | None] = mapped_column(words(SkipReason, "skip_reason"))


class Claim(Model):
    """Some deliveries in one worker's hands, under one lease; kept for what it fixed."""

    __tablename__ = "claims"
    __table_args__ = (
        Index("ix_claims_lease_until", "lease_until",
              postgresql_where=text("lease_until is not null")),
    )

    id: Mapped[Key]
    at: Mapped[Moment] = mapped_column(server_default=text("clock_timestamp()"))
    lane: Mapped[Lane] = mapped_column(words(Lane, "lane"))
    worker: Mapped[str]
    # Empty once nothing of it is in hand any more.
    lease_until: Mapped[Moment | None]
    # Under which keys its mails are made and signed, on every attempt (R04, S15).
    key_id: Mapped[str] = mapped_column(server_default="")
    dkim: Mapped[list[str]] = mapped_column(ARRAY(String), server_default=text("'{}'"))


class Attempt(Model):
    """One try of a delivery and the relay's answer, with any address cut out; append-only.

    In partitions with the bounds of those of the deliveries, and dropped with them. One entry for
    each way that one claim ended, so that recording twice adds nothing (R11).
    """

    __tablename__ = "attempts"
    __table_args__ = (
        Index("ix_attempts_ended_at", "ended_at", postgresql_using="brin",
              postgresql_with={"autosummarize": "on"}),
        {"postgresql_partition_by": "RANGE (delivery_id)"},
    )

    delivery_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    claim_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    worker: Mapped[str]
    started_at: Mapped[Moment | None]
    ended_at: Mapped[Moment]
    outcome: Mapped[Outcome] = mapped_column(words(Outcome, "outcome"), primary_key=True)
    reply_code: Mapped[str | None]
    reply_text: Mapped[str] = mapped_column(server_default="")


class Suppression(Model):
    """An address we shall not write to, and why; kept as a keyed hash."""

    __tablename__ = "suppressions"
    # What the desk counts: how many for each reason, and since when.
    __table_args__ = (Index("ix_suppressions_reason_created_at", "reason", "created_at"),)

    address_hash: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str]
    created_at: Mapped[Moment]


class Alarm(Model):
    """Something that a person must look at; open until `cleared_at`."""

    __tablename__ = "alarms"
    __table_args__ = (
        Index("uq_alarms_open", "kind", "subject", unique=True,
              postgresql_where=text("cleared_at is null")),
    )

    id: Mapped[Key]
    kind: Mapped[str]
    subject: Mapped[str]
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    raised_at: Mapped[Moment]
    cleared_at: Mapped[Moment | None]


class Switch(Model):
    """Something that an operator switched, and who did so last."""

    __tablename__ = "switches"

    name: Mapped[SwitchName] = mapped_column(words(SwitchName, "name"), primary_key=True)
    is_on: Mapped[bool]
    changed_at: Mapped[Moment]
    changed_by: Mapped[str]


class Heartbeat(Model):
    """When a part that must never fall silent last gave a sign of life."""

    __tablename__ = "heartbeats"

    part: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[Moment]


class RetentionRun(Model):
    """How much of what a retention job took away, and when (P07)."""

    __tablename__ = "retention_runs"

    id: Mapped[Key]
    at: Mapped[Moment]
    what: Mapped[str]
    removed: Mapped[int]
