"""Open the fresh link: one's own data, for half an hour, since mails are forwarded (W12)."""

from datetime import datetime, timedelta

from newsletter.errors import TokenExpired
from newsletter.subscribers.erase import forget_requests_of
from newsletter.subscribers.models import Subscription
from newsletter.subscribers.queries import subscription_behind
from newsletter.tokens import Opened, Purpose, Signer

LIFETIME = timedelta(minutes=30)


def open_personal(token: str, *, signer: Signer, now: datetime) -> Subscription:
    """The subscription behind a fresh link, whatever its status.

    Raises TokenInvalid, TokenExpired after thirty minutes, TokenSuperseded when the address has
    changed since that mail, and TokenGone when we hold none any more.
    """
    return subscription_behind(_opened(token, signer, now))


def open_to_erase(token: str, *, signer: Signer, now: datetime) -> Subscription:
    """As `open_personal`, once no worker has a form with her address in hand."""
    opened = _opened(token, signer, now)
    forget_requests_of(opened.row_id)
    return subscription_behind(opened)


def _opened(token: str, signer: Signer, now: datetime) -> Opened:
    try:
        return signer.open(token, purposes=[Purpose.PERSONAL], now=now, lifetime=LIFETIME)
    except TokenExpired as late:
        # A new link comes only to who still has an address here: the other reasons go first.
        reader = subscription_behind(signer.open(token, purposes=[Purpose.PERSONAL], now=now))
        raise TokenExpired(str(late), language=reader.language) from late
