"""What every page of one's own data begins with: the fresh link, and whose it is."""

from typing import Any

from newsletter import addresses, clock
from newsletter.core import signer
from newsletter.subscribers.models import Subscription, SubscriptionStatus
from newsletter.subscribers.open_personal import open_personal
from newsletter.web.languages import follow_reader

SOURCE = "/mijn-gegevens"


def opened(token: str) -> Subscription:
    """The subscription behind the fresh link; the page speaks its language from here on.

    Raises TokenInvalid, TokenExpired, TokenSuperseded and TokenGone.
    """
    subscription = open_personal(token, signer=signer(), now=clock.now())
    follow_reader(subscription.language)
    return subscription


def context_of(subscription: Subscription, token: str) -> dict[str, Any]:
    """What each page shows; the address masked, for a link may be forwarded even so."""
    return {
        "token": token,
        "address": addresses.mask(subscription.subscriber.address or ""),
        "is_active": subscription.status is SubscriptionStatus.ACTIVE,
    }
