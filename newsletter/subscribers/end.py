"""End: the agreement stops, and the ledger says so."""

from datetime import datetime

from newsletter.subscribers import choices as chosen
from newsletter.subscribers.choices import Choices
from newsletter.subscribers.models import (
    ConsentAct,
    EndReason,
    Subscription,
    SubscriptionStatus,
)
from newsletter.subscribers.record_consent import Proof, record_consent


def end(
    subscription: Subscription,
    reason: EndReason,
    *,
    choices: Choices,
    proof: Proof,
    now: datetime,
) -> None:
    """End the subscription with what is left of its choices; earlier confirm links die with it."""
    subscription.status = SubscriptionStatus.ENDED
    subscription.ended_at = now
    subscription.ended_reason = reason
    subscription.confirm_nonce += 1
    chosen.store(choices, subscription, now=now)
    record_consent(subscription, ConsentAct.WITHDRAWN, proof=proof, now=now)
