"""Tickets for who must wait: signed, good once, from their moment on, for one network and form."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from itsdangerous import BadData, URLSafeSerializer

from newsletter.counts import Mark

FIELD = "wait"
# From its moment on: whoever went for lunch still finds the door open.
LIFETIME = timedelta(hours=24)
LONGEST_TICKET = 300  # characters; ours have about 80


@dataclass(frozen=True)
class Ticket:
    """A place in the queue: the aware moment from which it is good, and its mark."""

    text: str
    due_at: datetime
    mark: Mark


def ticket(due_at: datetime, *, key: str, network: str, form: str) -> str:
    """A new ticket, good for one post of `form` from `network` from the aware `due_at` on."""
    said = [int(due_at.timestamp()), secrets.token_urlsafe(9)]
    return str(_serializer(key, network, form).dumps(said))


def opened(
    text: str, *, key: str, network: str, form: str, now: datetime, lifetime: timedelta = LIFETIME
) -> Ticket | None:
    """The ticket in a form's field, due or not; None when it is not ours or has expired.

    It expires `lifetime` after its moment.
    """
    if not text or len(text) > LONGEST_TICKET:
        return None
    try:
        seconds, nonce = _serializer(key, network, form).loads(text)
    except (BadData, UnicodeError):
        return None
    due_at = datetime.fromtimestamp(seconds, UTC)
    left = due_at + lifetime - now
    if left <= timedelta():
        return None
    return Ticket(text, due_at, Mark(f"ticket:{nonce}", int(left.total_seconds()) + 1))


def _serializer(key: str, network: str, form: str) -> URLSafeSerializer:
    return URLSafeSerializer(key, salt=f"wait ticket {network} {form}")
