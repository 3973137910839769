"""Plan slots: the coming moments of each cadence's rhythm, as rows."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from newsletter.digests.models import DigestSlot
from newsletter.digests.move_slots import Period, move_extra_slots, move_slots
from newsletter.digests.rhythm import Place, Rhythm, slots_between
from newsletter.extensions import db
from newsletter.subscribers.models import Cadence

AHEAD = timedelta(days=40)

_LOCK = text("select pg_advisory_xact_lock('digest_slots'::regclass::oid::integer, 0)")


def plan_slots(rhythm: Rhythm, *, now: datetime) -> int:
    """How many slots were new or moved, of all that come in the next 40 days. Safe to repeat.

    A week or month has one, whatever the rhythm was when it was planned: one that stands elsewhere
    than the rhythm has it now is moved, with all that was prepared of it, unless it has come, comes
    within five minutes, or its new moment has passed. What an editor added moves out of the quiet
    hours, and nowhere else.
    """
    one_planner()
    move_extra_slots(rhythm.quiet, now=now)
    # Looked at further ahead than is planned, for a slot may have to move beyond that.
    places = _places(rhythm, after=now, until=now + 2 * AHEAD)
    moved = move_slots(places, now=now, until=now + AHEAD)
    planned = _planned_periods(places)
    rows = [
        {"cadence": cadence, **place._asdict()}
        for (cadence, period_on), place in places.items()
        if place.slot_at <= now + AHEAD and (cadence, period_on) not in planned
    ]
    if not rows:
        return moved
    adding = insert(DigestSlot).values(rows)
    # What an editor added at that very moment becomes the rhythm's own.
    found = db.session.scalars(adding.on_conflict_do_update(
        index_elements=[DigestSlot.cadence, DigestSlot.slot_at],
        set_={"period_on": adding.excluded.period_on},
        where=DigestSlot.period_on.is_(None),
    ).returning(DigestSlot.id))
    return moved + len(found.all())


def one_planner() -> None:
    """Wait for whoever adds or moves slots now; nobody else does until this transaction ends."""
    db.session.execute(_LOCK)


def _places(rhythm: Rhythm, *, after: datetime, until: datetime) -> dict[Period, Place]:
    return {
        (cadence, place.period_on): place
        for cadence in (Cadence.WEEKLY, Cadence.MONTHLY)
        for place in slots_between(rhythm, cadence, after=after, until=until)
    }


def _planned_periods(periods: Iterable[Period]) -> set[Period]:
    """Those of these periods that have their slot, whatever became of it."""
    days = [period_on for _, period_on in periods]
    rows = db.session.execute(
        select(DigestSlot.cadence, DigestSlot.period_on).where(DigestSlot.period_on.in_(days))
    )
    return {(cadence, period_on) for cadence, period_on in rows}
