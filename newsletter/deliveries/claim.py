"""Claim: take a little of what is owed, under a lease that the database's clock grants (R07)."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from newsletter.deliveries.models import MailKind, SkipReason
from newsletter.extensions import db
from newsletter.jobs import Lane


@dataclass(frozen=True)
class Claimed:
    """A delivery in our hands until the lease ends."""

    id: int
    kind: MailKind
    mailing_id: int | None
    variant_id: int | None
    subscriber_id: int | None
    account_id: int | None
    params: Mapping[str, Any]
    created_at: datetime
    first_claimed_at: datetime
    message_id: str | None
    attempts: int


# `mailings` by table name only: it lives a floor higher. A paused mailing keeps its rows pending.
_CLAIM = text("""
    with due as (
        select d.id from deliveries d left join mailings m on m.id = d.mailing_id
        where d.lane = :lane and d.status in ('pending', 'deferred', 'unclear')
          and d.due_at <= clock_timestamp() and (m.id is null or m.status = 'sending')
        order by d.due_at, d.id limit :limit
        for update of d skip locked
    )
    update deliveries d
       set status = 'claimed', claim_id = :claim_id,
           lease_until = clock_timestamp() + :lease,
           first_claimed_at = coalesce(d.first_claimed_at, clock_timestamp())
      from due where d.id = due.id
    returning d.id, d.kind, d.mailing_id, d.variant_id, d.subscriber_id, d.account_id, d.params,
              d.created_at, d.first_claimed_at, d.message_id, d.attempts
""")


def claim(lane: Lane, *, limit: int, claim_id: uuid.UUID, lease: timedelta) -> list[Claimed]:
    """At most `limit` deliveries that are due, oldest first, each in nobody else's hands."""
    rows = db.session.execute(
        _CLAIM, {"lane": lane.value, "limit": limit, "claim_id": claim_id, "lease": lease}
    )
    found = [Claimed(row[0], MailKind(row[1]), *row[2:]) for row in rows]
    return sorted(found, key=lambda claimed: claimed.id)


def fix_message_ids(message_ids: Mapping[int, str]) -> None:
    """Keep the Message-ID of first claims, before a byte leaves: it never changes again (R04)."""
    if message_ids:
        db.session.execute(
            text("""update deliveries d set message_id = v.message_id
                      from unnest(:ids ::bigint[], :values ::text[]) as v(id, message_id)
                     where d.id = v.id and d.message_id is null"""),
            {"ids": list(message_ids), "values": list(message_ids.values())},
        )


def skip(delivery_ids: Sequence[int], *, claim_id: uuid.UUID, reason: SkipReason) -> None:
    """Close claimed deliveries that are no longer owed (R16)."""
    if delivery_ids:
        db.session.execute(
            text("""update deliveries set status = 'skipped', skip_reason = :reason,
                           ended_at = clock_timestamp(), claim_id = null, lease_until = null
                     where id = any(:ids) and claim_id = :claim_id"""),
            {"ids": list(delivery_ids), "reason": reason.value, "claim_id": claim_id},
        )


def release(delivery_ids: Sequence[int], *, claim_id: uuid.UUID, wait: timedelta) -> None:
    """Give back what was claimed and surely never offered; it is due again after `wait`."""
    if delivery_ids:
        db.session.execute(
            text("""update deliveries set claim_id = null, lease_until = null,
                           status = case when unclear_count > 0 then 'unclear'
                                         when attempts > 0 then 'deferred' else 'pending' end,
                           due_at = greatest(due_at, clock_timestamp() + :wait)
                     where id = any(:ids) and claim_id = :claim_id and status = 'claimed'"""),
            {"ids": list(delivery_ids), "claim_id": claim_id, "wait": wait},
        )


def renew(claim_id: uuid.UUID, *, lease: timedelta) -> int:
    """How many deliveries the claim still holds, each now held for a whole lease more."""
    held = db.session.execute(
        text("""update deliveries set lease_until = clock_timestamp() + :lease
                 where claim_id = :claim_id and status = 'claimed'
             returning id"""),
        {"claim_id": claim_id, "lease": lease},
    )
    return len(held.all())
