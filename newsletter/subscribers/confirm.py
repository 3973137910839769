"""Confirm: the button behind the mailed link turns a question into consent."""

from datetime import datetime, timedelta

from newsletter.deliveries.suppress import lift_hard_bounce
from newsletter.errors import TokenExpired, TokenGone, TokenInvalid, TokenSuperseded
from newsletter.subscribers.models import ConsentAct, Subscription, SubscriptionStatus
from newsletter.subscribers.queries import find_language, find_subscription
from newsletter.subscribers.record_consent import Proof, record_consent
from newsletter.subscribers.welcome import queue_welcome
from newsletter.tokens import Opened, Purpose, Signer

LIFETIME = timedelta(days=7)  # W06


def look_up(token: str, *, signer: Signer, now: datetime) -> Subscription:
    """The subscription that the link would confirm; changes nothing (W01).

    Already active is an answer too: a second press is harmless. Raises TokenInvalid,
    TokenExpired, TokenSuperseded when a newer mail was sent or the reader has left since, or
    TokenGone when she was erased.
    """
    opened = _opened(token, signer, now)
    subscription = find_subscription(opened.row_id)
    if subscription is None:
        raise TokenInvalid("row")
    if subscription.subscriber.address is None:
        raise TokenGone("address", language=subscription.language)
    if opened.nonce != subscription.confirm_nonce:
        raise TokenSuperseded("nonce", language=subscription.language)
    return subscription


def confirm(
    token: str,
    *,
    signer: Signer,
    source_page: str,
    now: datetime,
    wording_id: int | None = None,
) -> Subscription:
    """Make the subscription active, enter *given* in the ledger and queue the welcome mail.

    `wording_id` is the consent text that stood beside the button, None for the one in force.
    Safe to repeat. Raises as `look_up`.
    """
    subscription = look_up(token, signer=signer, now=now)
    if subscription.status is not SubscriptionStatus.PENDING:
        return subscription
    subscription.status = SubscriptionStatus.ACTIVE
    subscription.confirmed_at = now
    lift_hard_bounce(signer.address_hashes(subscription.subscriber.address or ""))
    proof = Proof("mailed_link_post", source_page, wording_id=wording_id)
    entry = record_consent(subscription, ConsentAct.GIVEN, proof=proof, now=now)
    queue_welcome(entry, now=now)
    return subscription


def _opened(token: str, signer: Signer, now: datetime) -> Opened:
    try:
        return signer.open(token, purposes=[Purpose.CONFIRM], now=now, lifetime=LIFETIME)
    except TokenExpired as late:
        opened = signer.open(token, purposes=[Purpose.CONFIRM], now=now)
        raise TokenExpired(str(late), language=find_language(opened.row_id)) from late
