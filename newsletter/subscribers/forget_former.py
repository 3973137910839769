"""Forget former readers: when undoing is over a keyed hash takes the address's place (P07)."""

from datetime import datetime

from sqlalchemy import select

from newsletter.deliveries.forget_detail import MONTHS
from newsletter.extensions import db
from newsletter.subscribers.details import Details, store
from newsletter.subscribers.forget_salt import forget_salt
from newsletter.subscribers.models import Subscriber, Subscription, SubscriptionStatus
from newsletter.subscribers.undo import FOR
from newsletter.tokens import Signer

AT_ONCE = 500


def forget_former(*, signer: Signer, now: datetime) -> int:
    """How many readers who left thirty days ago lost address, name, organisation and sector.

    The hash, under the present key, lets the same person find her row again when she signs up,
    and lets an import see that she left; it cannot give the address back. At most 500 a call.
    """
    gone = db.session.scalars(
        select(Subscription)
        .join(Subscriber)
        .where(
            Subscription.status == SubscriptionStatus.ENDED,
            Subscription.ended_at < now - FOR,
            Subscriber.address.is_not(None),
        )
        .limit(AT_ONCE)
        .with_for_update(of=Subscription, skip_locked=True)
    ).all()
    for subscription in gone:
        person = subscription.subscriber
        assert person.address is not None
        person.former_hash = signer.address_hashes(person.address)[-1]
        person.address = person.identity = person.mailbox = None
        store(Details(), person)
        # As long as we can show which mails she got, we can show that she had asked for them.
        forget_salt(person.id, keep_months=MONTHS, now=now)
    db.session.flush()
    return len(gone)
