"""Reads of subscribers: by address, by id, and who may be written to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from newsletter.addresses import identity_of
from newsletter.deliveries.models import Delivery, MailKind
from newsletter.extensions import db
from newsletter.subscribers.models import (
    Cadence,
    Language,
    MailFormat,
    Subscriber,
    Subscription,
    SubscriptionStatus,
)

# The mails that a stranger can make us send (W05).
ASKED_BY_ANYONE = (MailKind.CONFIRM_SIGNUP, MailKind.ALREADY_SUBSCRIBED, MailKind.MANAGE_LINK)
PER_HOUR, PER_DAY = 1, 3


@dataclass(frozen=True)
class Recipient:
    """Whom a claimed delivery goes to, as read in the transaction that claims it (R16)."""

    subscriber_id: int
    address: str | None
    language: Language
    format: MailFormat
    status: SubscriptionStatus
    receives_editions: bool
    cadence: Cadence

    def may_get(self, kind: MailKind) -> bool:
        """Whether the agreement, as it stands now, still asks for this kind of mail."""
        active = self.status is SubscriptionStatus.ACTIVE
        if self.address is None:
            return False
        if kind is MailKind.EDITION:
            return active and self.receives_editions
        if kind is MailKind.DIGEST:
            return active and self.cadence is not Cadence.NONE
        if kind is MailKind.CONFIRM_SIGNUP:
            return self.status is SubscriptionStatus.PENDING
        return active


def find_by_address(address: str, *, lock: bool = False) -> Subscription | None:
    """The subscription of an address, whatever its status; locked for a deed on request."""
    query = select(Subscription).join(Subscriber).where(
        Subscriber.identity == identity_of(address)
    )
    if lock:
        query = query.with_for_update(of=Subscription).execution_options(populate_existing=True)
    return db.session.scalar(query)


def find_subscription(subscriber_id: int) -> Subscription | None:
    """The subscription of a subscriber, locked for the deed at hand and read behind the lock."""
    return db.session.scalar(
        select(Subscription).where(Subscription.subscriber_id == subscriber_id)
        .with_for_update(of=Subscription)
        .execution_options(populate_existing=True)
    )


def recipients(subscriber_ids: Sequence[int]) -> dict[int, Recipient]:
    """Address and agreement of each subscriber, in one statement, read as they stand now."""
    rows = db.session.execute(
        select(
            Subscriber.id,
            Subscriber.address,
            Subscription.language,
            Subscription.format,
            Subscription.status,
            Subscription.receives_editions,
            Subscription.cadence,
        )
        .join(Subscription)
        .where(Subscriber.id.in_(subscriber_ids))
    )
    return {row[0]: Recipient(*row) for row in rows}


def has_room_for_mail(mailbox: str, *, now: datetime) -> bool:
    """Whether this mailbox was spared enough: one such mail an hour, three a day (W05).

    Takes a lock on the mailbox until the transaction ends, so that many asking at once, each
    with another plus-tag, are counted one after the other. Ask it before any row is locked.
    """
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(mailbox, 0))))
    hour = func.count().filter(Delivery.created_at > now - timedelta(hours=1))
    in_hour, in_day = db.session.execute(
        select(hour, func.count())
        .select_from(Delivery)
        .join(Subscriber, Subscriber.id == Delivery.subscriber_id)
        .where(
            Subscriber.mailbox == mailbox,
            Delivery.kind.in_(ASKED_BY_ANYONE),
            Delivery.created_at > now - timedelta(days=1),
        )
    ).one()
    return bool(in_hour < PER_HOUR and in_day < PER_DAY)
