"""Reconcile: what was open in a backup that came back, read and closed in batches (R23)."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text

from newsletter.deliveries.models import DeliveryStatus, SkipReason
from newsletter.deliveries.restore_models import Restore
from newsletter.extensions import db
from newsletter.jobs import Lane

# Through the two partial indexes of what is open, whatever the statistics say: the past is long.
_BY_INDEX = text("set local enable_seqscan = off")
# What the backup knew; and what was planned since of a moment before the restore, which may have
# been planned and sent in the time that was lost. `mailings` by table name only.
_OPEN = text("""
    with found as (
        select id, mailing_id from deliveries where status in ('pending', 'deferred', 'unclear')
         union all
        select id, mailing_id from deliveries where status = 'claimed'
    )
    select f.id from found f left join mailings m on m.id = f.mailing_id
     where f.id <= :found_delivery or m.cutoff_at <= :noticed_at
     order by f.id
""")
_READ = text("""
    select d.id, d.mailing_id, d.subscriber_id, d.created_at, d.due_at, d.status, d.attempts,
           d.unclear_count, d.message_id, c.at, c.key_id,
           d.id <= :found_delivery, coalesce(d.correction, 0)
      from deliveries d left join claims c on c.id = d.first_claim_id
     where d.id = any(:ids) and d.status in ('pending', 'claimed', 'deferred', 'unclear')
     order by d.id
""")
_LOCK = text("select id from deliveries where id = any(:ids) order by id for update")
_CLOSE = text("""
    update deliveries set status = 'skipped', skip_reason = :reason, ended_at = clock_timestamp()
     where id = any(:ids) and status in ('pending', 'deferred', 'unclear')
    returning id
""")


# Claims since the restore have higher numbers than any that the backup had given out.
_KNOWN = text("""
    select coalesce((select max(id) from claims where id <= :found_claim), 0),
           coalesce((select id from deliveries
                      where mailing_id is not null and first_claim_id is not null
                        and id <= :found_delivery order by id desc limit 1), 0),
           coalesce((select id from deliveries
                      where mailing_id is null and first_claim_id is not null
                        and id <= :found_delivery order by id desc limit 1), 0)
""")


class Reached(NamedTuple):
    """How far claims, and the claimed deliveries of each lane, had come."""

    claim: int
    bulk: int
    prompt: int

    def is_within(self, other: "Reached") -> bool:
        """Whether the other came at least as far in everything."""
        return all(mine <= its for mine, its in zip(self, other, strict=True))


class OpenDelivery(NamedTuple):
    """A delivery whose fate after the backup is not known; moments are aware."""

    id: int
    mailing_id: int | None
    subscriber_id: int | None
    created_at: datetime
    due_at: datetime
    status: DeliveryStatus
    attempts: int
    unclear_count: int
    message_id: str | None
    first_claimed_at: datetime | None
    key_id: str | None
    is_in_backup: bool
    correction: int

    @property
    def lane(self) -> Lane:
        """The lane in which it leaves."""
        return Lane.PROMPT if self.mailing_id is None else Lane.BULK

    @property
    def is_untouched(self) -> bool:
        """Whether it had never been claimed when the backup was made."""
        return self.first_claimed_at is None and not (self.attempts or self.unclear_count)


def known_to_backup(restore: Restore) -> Reached:
    """How far it had come by what the backup itself holds."""
    return Reached._make(db.session.execute(_KNOWN, {
        "found_claim": restore.found_claim, "found_delivery": restore.found_delivery}).one())


def find_open(restore: Restore) -> list[int]:
    """The deliveries of which nobody knows what became of them after the backup, by number."""
    db.session.execute(_BY_INDEX)
    return list(db.session.scalars(_OPEN, {
        "found_delivery": restore.found_delivery, "noticed_at": restore.noticed_at}))


def read_open(ids: Sequence[int], restore: Restore, *, lock: bool = False) -> list[OpenDelivery]:
    """Those of them that are still open; locked until the transaction ends when asked."""
    given = {"ids": list(ids), "found_delivery": restore.found_delivery}
    if lock:
        db.session.execute(_LOCK, given)
    return [
        OpenDelivery._make([*row[:5], DeliveryStatus(row[5]), *row[6:]])
        for row in db.session.execute(_READ, given)
    ]


def close_restored(ids: Sequence[int]) -> int:
    """Close what may have left before the restore, so that it never does again; how many."""
    given = {"ids": list(ids), "reason": SkipReason.RESTORED.value}
    return len(db.session.execute(_CLOSE, given).all()) if ids else 0
