"""Leave: one kind of mail or all of it, in one click and at once (RFC 8058, W02, W03)."""

from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from newsletter.errors import TokenInvalid
from newsletter.subscribers import choices as chosen
from newsletter.subscribers.end import end
from newsletter.subscribers.models import (
    Cadence,
    ConsentAct,
    EndReason,
    Subscription,
    SubscriptionStatus,
)
from newsletter.subscribers.queries import find_subscription
from newsletter.subscribers.record_consent import Proof, record_consent
from newsletter.tokens import Purpose, Signer


class Leaving(StrEnum):
    """What a reader leaves."""

    EDITIONS = "editions"
    DIGESTS = "digests"
    ALL = "all"


_OPENS = {
    Purpose.LEAVE_EDITIONS: Leaving.EDITIONS,
    Purpose.LEAVE_DIGESTS: Leaving.DIGESTS,
    Purpose.LEAVE_ALL: Leaving.ALL,
}


def open_leave(token: str, *, signer: Signer, now: datetime) -> tuple[Subscription, Leaving]:
    """The subscription behind an unsubscribe link, and the kind of mail it stood in: all, of a
    notice.

    Lasting: the link of every edition ever sent works (M04), also after the address was removed.
    Raises TokenInvalid.
    """
    opened = signer.open(token, purposes=list(_OPENS), now=now)
    subscription = find_subscription(opened.row_id)
    if subscription is None:
        raise TokenInvalid("row")
    return subscription, _OPENS[opened.purpose]


def leave(
    subscription: Subscription, what: Leaving, *, proof: Proof, now: datetime
) -> None:
    """Stop this kind of mail, or all. Twice is as good as once; nothing is ever switched on."""
    if subscription.status is not SubscriptionStatus.ACTIVE:
        return
    present = chosen.of(subscription)
    left = present
    if what in (Leaving.EDITIONS, Leaving.ALL):
        left = replace(left, receives_editions=False)
    if what in (Leaving.DIGESTS, Leaving.ALL):
        left = replace(left, cadence=Cadence.NONE)
    if left == present:
        return
    if left.nothing_chosen:
        end(subscription, EndReason.UNSUBSCRIBED, choices=left, proof=proof, now=now)
        return
    chosen.store(left, subscription, now=now)
    record_consent(subscription, ConsentAct.WITHDRAWN, proof=proof, now=now)
