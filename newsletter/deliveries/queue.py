"""Queue a single mail in the transaction of the deed that owes it (outbox, R01)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert

from newsletter.deliveries.models import Delivery, MailKind
from newsletter.deliveries.past_models import IdempotencyKey
from newsletter.extensions import db
from newsletter.jobs import Job, Lane, enqueue


@dataclass(frozen=True)
class SingleMail:
    """One mail to a subscriber or an account, outside any mailing."""

    kind: MailKind
    subscriber_id: int | None = None
    account_id: int | None = None
    variant_id: int | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    idempotency_key: str | None = None


def queue_single(mail: SingleMail, *, now: datetime) -> int | None:
    """The id of the new delivery, or None when its idempotency key was queued before.

    Of two that queue the same key at once, the second waits for the first. The wake-up leaves
    after the commit; losing it costs a tick at most.
    """
    if mail.idempotency_key is not None and not _is_first(mail.idempotency_key, now=now):
        return None
    delivery_id = db.session.scalar(
        insert(Delivery)
        .values(
            kind=mail.kind,
            lane=Lane.PROMPT,
            subscriber_id=mail.subscriber_id,
            account_id=mail.account_id,
            variant_id=mail.variant_id,
            params=dict(mail.params),
            idempotency_key=mail.idempotency_key,
            created_at=now,
            due_at=now,
        )
        .returning(Delivery.id)
    )
    enqueue(Job.SEND_PROMPT)
    return delivery_id


def _is_first(key: str, *, now: datetime) -> bool:
    # In a table of its own, for the ledger is in partitions and no key is unique across them.
    entry = insert(IdempotencyKey).values(key=key, created_at=now).on_conflict_do_nothing()
    return db.session.scalar(entry.returning(IdempotencyKey.key)) is not None
