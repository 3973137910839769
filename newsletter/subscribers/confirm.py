"""Confirm: the button behind the mailed link turns a question into consent."""

import json
from datetime import datetime, timedelta
from hashlib import sha256

from newsletter.catalogue.queries import keep_themes
from newsletter.deliveries.suppress import lift_hard_bounce
from newsletter.errors import (
    AskedOtherwise,
    TokenExpired,
    TokenGone,
    TokenInvalid,
    TokenSuperseded,
)
from newsletter.subscribers import choices as chosen
from newsletter.subscribers import details as said
from newsletter.subscribers.details import Details
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


def details_asked(subscription: Subscription) -> Details:
    """What the form said of her that becomes hers with the button.

    Of somebody who is or was a reader nothing: what we know of her is no part of the question, she
    may have told us more since, and the mail with this link may have been forwarded.
    """
    return Details() if subscription.confirmed_at else said.of(subscription.subscriber)


def question_of(subscription: Subscription) -> str:
    """A digest of what the button would confirm: the ledger's choices, the details, and whose.

    Hex SHA-256. Take it before anything is shown: when a theme changes in between, the page is
    then newer than its digest and is shown once more, and never the other way round.
    """
    question = {
        "subscriber": subscription.subscriber_id,
        "nonce": subscription.confirm_nonce,
        "choices": chosen.record_of(subscription),
        "details": said.as_record(details_asked(subscription)),
    }
    return sha256(json.dumps(question, sort_keys=True).encode()).hexdigest()


def confirm(
    token: str,
    *,
    shown: str,
    wording_id: int,
    signer: Signer,
    source_page: str,
    now: datetime,
) -> Subscription:
    """Make the subscription active, enter *given* in the ledger and queue the welcome mail.

    `shown` is the `question_of` what stood beside the button, and `wording_id` the consent text
    there. Safe to repeat. Raises as `look_up`, and AskedOtherwise when something else is asked now:
    she saw that never, so nothing is given.
    """
    subscription = look_up(token, signer=signer, now=now)
    if subscription.status is not SubscriptionStatus.PENDING:
        return subscription
    # No theme changes between this and the ledger's entry.
    keep_themes()
    if shown != question_of(subscription):
        raise AskedOtherwise(str(subscription.subscriber_id))
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
