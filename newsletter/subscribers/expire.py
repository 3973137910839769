"""Expire: a sign-up that nobody confirmed loses its address after seven days (P07)."""

from datetime import datetime

from sqlalchemy import select

from newsletter.deliveries.forget_detail import MONTHS
from newsletter.extensions import db
from newsletter.subscribers import choices as chosen
from newsletter.subscribers.confirm import LIFETIME
from newsletter.subscribers.details import Details, store
from newsletter.subscribers.end import end
from newsletter.subscribers.forget_salt import forget_salt
from newsletter.subscribers.models import EndReason, Subscription, SubscriptionStatus
from newsletter.subscribers.record_consent import Proof
from newsletter.subscribers.undo import RETENTION, find_leaving
from newsletter.tokens import Signer

AT_ONCE = 500


def remove_expired(*, signer: Signer, now: datetime) -> int:
    """How many were ended and lost their address, at most 500 a call. Safe to repeat.

    Someone who had been a reader before goes back to *ended*, and also loses the address: a
    question that was not answered gives no ground to keep it. That she once left stays known by
    the keyed hash, or a stranger's sign-up would wash it away. Who left less than thirty days ago
    keeps what she needs to undo that.
    """
    expired = db.session.scalars(
        select(Subscription)
        .where(
            Subscription.status == SubscriptionStatus.PENDING,
            Subscription.asked_at < now - LIFETIME,
        )
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    for subscription in expired:
        end(
            subscription,
            EndReason.NEVER_CONFIRMED,
            choices=chosen.of(subscription),
            proof=Proof(RETENTION, "job"),
            now=now,
        )
        leaving = find_leaving(subscription.subscriber_id, now=now)
        if leaving is None:
            _forget(subscription, signer=signer, now=now)
        else:
            # She left not long ago and may still come back; a stranger's question changes nothing.
            subscription.ended_at = leaving.left.at
            subscription.ended_reason = EndReason.UNSUBSCRIBED
    return len(expired)


def _forget(subscription: Subscription, *, signer: Signer, now: datetime) -> None:
    person = subscription.subscriber
    if subscription.confirmed_at is None:
        forget_salt(person.id, keep_months=0, now=now)  # nothing was agreed: nothing to prove
    elif person.address is not None:
        person.former_hash = signer.address_hashes(person.address)[-1]
        # The question made an entry, and with it her salt was kept again (P07).
        forget_salt(person.id, keep_months=MONTHS, now=now)
    person.address = person.identity = person.mailbox = None
    store(Details(), person)
