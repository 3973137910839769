"""Welcome: the mail with what a reader gets now and a link to her choices, once for each entry."""

from datetime import datetime

from newsletter.deliveries.models import MailKind
from newsletter.deliveries.past_models import IdempotencyKey
from newsletter.deliveries.queue import SingleMail, queue_single
from newsletter.extensions import db
from newsletter.subscribers.models import Consent


def queue_welcome(entry: Consent, *, now: datetime) -> None:
    """Queue it for the reader whose entry in the ledger this is; asked twice it goes once."""
    queue_single(
        SingleMail(
            kind=MailKind.WELCOME,
            subscriber_id=entry.subscriber_id,
            idempotency_key=_key_of(entry),
        ),
        now=now,
    )


def is_welcomed(entry: Consent) -> bool:
    """Whether that mail was queued for this entry of the ledger."""
    return db.session.get(IdempotencyKey, _key_of(entry)) is not None


def _key_of(entry: Consent) -> str:
    return f"welcome:{entry.id}"
