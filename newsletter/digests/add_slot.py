"""Add a slot beside the house's rhythm, for a digest at another moment."""

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert

from newsletter.clock import AMSTERDAM
from newsletter.digests.models import DigestSlot
from newsletter.digests.plan_slots import one_planner
from newsletter.digests.quiet_hours import QuietHours
from newsletter.errors import BadMoment, WrongState
from newsletter.extensions import db
from newsletter.subscribers.models import Cadence


def add_slot(
    cadence: Cadence, *, slot_at: datetime, quiet: QuietHours, now: datetime
) -> int:
    """The new slot's id; a public holiday is no hindrance, for a person chose it.

    Raises BadMoment at `slot_at` when it is past or in the quiet hours, WrongState when there is
    one at that moment.
    """
    if slot_at <= now:
        raise BadMoment("slot_at", "past")
    if quiet.cover_moment(slot_at):
        raise BadMoment("slot_at", "quiet_hours")
    one_planner()
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
