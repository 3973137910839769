"""Change: the preference page behind the signed link."""

from datetime import datetime

from newsletter.errors import WrongState
from newsletter.subscribers import choices as chosen
from newsletter.subscribers.choices import Choices
from newsletter.subscribers.end import end
from newsletter.subscribers.models import (
    ConsentAct,
    EndReason,
    Subscription,
    SubscriptionStatus,
)
from newsletter.subscribers.queries import subscription_behind
from newsletter.subscribers.record_consent import Proof, record_consent
from newsletter.tokens import Purpose, Signer


def open_preferences(token: str, *, signer: Signer, now: datetime) -> Subscription:
    """The subscription behind a manage link, whatever its status.

    Raises TokenInvalid, TokenSuperseded when the address has changed since that mail (W12), or
    TokenGone when we hold none any more.
    """
    opened = signer.open(token, purposes=[Purpose.MANAGE], now=now)
    return subscription_behind(opened)


def change_choices(
    subscription: Subscription, choices: Choices, *, source_page: str, now: datetime
) -> bool:
    """Whether anything changed. Editions off and no digest ends the subscription (glossary).

    Raises BadInput at `themes`, and WrongState when the subscription is not active: only the
    mailed button makes one active.
    """
    if subscription.status is not SubscriptionStatus.ACTIVE:
        raise WrongState(subscription.status.value)
    chosen.check(choices)
    if choices == chosen.of(subscription):
        return False
    proof = Proof("preference_page", source_page)
    if choices.nothing_chosen:
        end(subscription, EndReason.NOTHING_CHOSEN, choices=choices, proof=proof, now=now)
        return True
    chosen.store(choices, subscription, now=now)
    record_consent(subscription, ConsentAct.CHANGED, proof=proof, now=now)
    return True
