"""Add a slot beside the house's rhythm, for a digest at another moment."""

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert

from newsletter.clock import AMSTERDAM
from newsletter.digests.models import DigestSlot
from newsletter.errors import BadMoment, WrongState
from newsletter.extensions import db
from newsletter.subscribers.models import Cadence


def add_slot(cadence: Cadence, *, slot_at: datetime, now: datetime) -> int:
    """The new slot's id. Raises BadMoment at `slot_at` when past, WrongState when it is there."""
    if slot_at <= now:
        raise BadMoment("slot_at", "past")
    slot_id: int | None = db.session.scalar(
        insert(DigestSlot)
        .values(
            cadence=cadence, slot_on=slot_at.astimezone(AMSTERDAM).date(), slot_at=slot_at
        )
        .on_conflict_do_nothing()
        .returning(DigestSlot.id)
    )
    if slot_id is None:
        raise WrongState("slot_exists")
    return slot_id
