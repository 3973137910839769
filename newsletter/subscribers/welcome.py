"""Welcome: the mail with what a reader gets now and a link to her choices, once for each entry."""

from datetime import datetime

from newsletter.deliveries.models import MailKind
from newsletter.deliveries.queue import SingleMail, queue_single
from newsletter.subscribers.models import Consent


def queue_welcome(entry: Consent, *, now: datetime) -> None:
    """Queue it for the reader whose entry in the ledger this is; asked twice it goes once."""
    queue_single(
        SingleMail(
            kind=MailKind.WELCOME,
            subscriber_id=entry.subscriber_id,
            idempotency_key=f"welcome:{entry.id}",
        ),
        now=now,
    )
