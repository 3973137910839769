"""Erase again: what a restored backup brought back of a reader who had been erased (P06)."""

from datetime import datetime

from sqlalchemy import exists, or_, select

from newsletter.erasures import Erasure
from newsletter.extensions import db
from newsletter.subscribers import details
from newsletter.subscribers.consent_models import ConsentSalt
from newsletter.subscribers.erase import erase
from newsletter.subscribers.models import AddressChange, Subscription
from newsletter.subscribers.queries import find_subscription
from newsletter.subscribers.record_consent import Proof
from newsletter.tokens import Signer


def erase_again(
    erasure: Erasure, *, keep_salt_months: int, proof: Proof, signer: Signer, now: datetime
) -> bool:
    """Whether there was anything to erase. Safe to repeat.

    A backup that does not know the number is left alone, and so is a reader who came after the
    moment of the erasure: numbers begin again where the backup ended.
    """
    subscription = find_subscription(erasure.subscriber_id)
    if (
        subscription is None
        or subscription.subscriber.created_at > erasure.at
        or not _holds_something(subscription)
    ):
        return False
    erase(
        subscription, never_again=erasure.never_again, keep_salt_months=keep_salt_months,
        proof=proof, signer=signer, now=now,
    )
    return True


def _holds_something(subscription: Subscription) -> bool:
    person = subscription.subscriber
    salt = exists().where(
        ConsentSalt.subscriber_id == person.id, ConsentSalt.destroy_at.is_(None)
    )
    # What counts for another's mailbox after an erasure names nobody, and is no trace of hers.
    changes = exists().where(
        AddressChange.subscriber_id == person.id,
        or_(AddressChange.old_address.is_not(None), AddressChange.new_address.is_not(None)),
    )
    return bool(
        person.address
        or person.former_hash
        or details.of(person).says_something
        or subscription.themes
        or subscription.leaving_reason
        or subscription.paused_until
        or db.session.scalar(select(salt | changes))
    )
