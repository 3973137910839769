"""The last run: what the slot before, of the same cadence, came to."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from newsletter.digests.carry_out import Counts
from newsletter.digests.models import DigestSlot, SlotStatus
from newsletter.digests.queries import slot_before
from newsletter.extensions import db
from newsletter.mailings.models import Block, Mailing, Variant


@dataclass(frozen=True)
class LastRun:
    """A slot that was carried out: its readers by reason, and what its frozen mails hold.

    `article_ids` are all that any of its mails gave; `block_names` name what they are made of.
    """

    key: str
    slot_at: datetime
    counts: Counts
    article_ids: Collection[int]
    block_names: Collection[str]


def find_last_run(slot: DigestSlot) -> LastRun | None:
    """The slot that was carried out last before this one, of its cadence; None when none was."""
    found = slot_before(slot)
    if found is None:
        return None
    manifest_id = select(Mailing.manifest_id).where(Mailing.digest_slot_id == found.id)
    given = select(func.unnest(Variant.article_ids)).where(
        Variant.manifest_id.in_(manifest_id)).distinct()
    names = select(Block.name).where(Block.manifest_id.in_(manifest_id)).distinct()
    return LastRun(
        found.key,
        found.slot_at,
        Counts(found.readers_due or 0, found.readers_nothing_new or 0,
               found.readers_below_minimum or 0, found.readers_paused or 0),
        frozenset(db.session.scalars(given)),
        frozenset(db.session.scalars(names)),
    )


def count_earlier(slot: DigestSlot, *, after: datetime) -> int:
    """How many slots of its cadence will be carried out before this one.

    Those up to `after` are too late for that, and this one takes over what they missed.
    """
    return db.session.scalars(
        select(func.count())
        .select_from(DigestSlot)
        .where(DigestSlot.cadence == slot.cadence, DigestSlot.slot_at < slot.slot_at,
               DigestSlot.slot_at > after, DigestSlot.status == SlotStatus.PLANNED)
    ).one()
