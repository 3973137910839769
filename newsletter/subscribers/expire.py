"""Expire: a sign-up that nobody confirmed loses its address after seven days (P07)."""

from datetime import datetime

from sqlalchemy import select

from newsletter.extensions import db
from newsletter.subscribers import choices as chosen
from newsletter.subscribers.confirm import LIFETIME
from newsletter.subscribers.end import end
from newsletter.subscribers.models import EndReason, Subscription, SubscriptionStatus
from newsletter.subscribers.record_consent import Proof

AT_ONCE = 500


def remove_expired(*, now: datetime) -> int:
    """How many were ended and lost their address, at most 500 a call. Safe to repeat.

    Someone who had been a reader before goes back to *ended*, and also loses the address: a
    question that was not answered gives no ground to keep it.
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
            proof=Proof("retention", "job"),
            now=now,
        )
        person = subscription.subscriber
        person.address = person.identity = person.mailbox = None
    return len(expired)
