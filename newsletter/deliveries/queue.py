"""Queue a single mail in the transaction of the deed that owes it (outbox, R01)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert

from newsletter.deliveries.models import Delivery, MailKind
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

    The wake-up leaves after the commit; losing it costs a tick at most.
    """
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
        .on_conflict_do_nothing(index_elements=[Delivery.idempotency_key])
        .returning(Delivery.id)
    )
    if delivery_id is not None:
        enqueue(Job.SEND_PROMPT)
    return delivery_id
