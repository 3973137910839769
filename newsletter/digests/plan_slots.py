"""Plan slots: the coming moments of each cadence's rhythm, as rows."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert

from newsletter import clock
from newsletter.digests.models import DigestSlot, SlotStatus
from newsletter.digests.quiet_hours import QuietHours
from newsletter.digests.rhythm import Place, Rhythm, moment_of, slots_between
from newsletter.extensions import db
from newsletter.subscribers.models import Cadence

AHEAD = timedelta(days=40)
# So near a slot stays where it is: a worker may have it in hand already.
FIXED = timedelta(minutes=5)

_LOCK = text("select pg_advisory_xact_lock('digest_slots'::regclass::oid::integer, 0)")

Period = tuple[Cadence, date | None]


def plan_slots(rhythm: Rhythm, *, now: datetime) -> int:
    """How many slots were new or moved, of all that come in the next 40 days. Safe to repeat.

    A week or month has one, whatever the rhythm was when it was planned: one that stands elsewhere
    than the rhythm has it now is moved, unless it has come, comes within five minutes, or its new
    moment has passed. What an editor added moves out of the quiet hours, and nowhere else.
    """
    one_planner()
    _move_extra_slots(rhythm.quiet, now=now)
    # Looked at further ahead than is planned, for a slot may have to move beyond that.
    places = _places(rhythm, after=now, until=now + 2 * AHEAD)
    _take_back_misplaced(places, now=now)
    planned = _planned_periods(places)
    rows = [
        {"cadence": cadence, **place._asdict()}
        for (cadence, period_on), place in places.items()
        if place.slot_at <= now + AHEAD and (cadence, period_on) not in planned
    ]
    if not rows:
        return 0
    adding = insert(DigestSlot).values(rows)
    # What an editor added at that very moment becomes the rhythm's own.
    found = db.session.scalars(adding.on_conflict_do_update(
        index_elements=[DigestSlot.cadence, DigestSlot.slot_at],
        set_={"period_on": adding.excluded.period_on},
        where=DigestSlot.period_on.is_(None),
    ).returning(DigestSlot.id))
    return len(found.all())


def one_planner() -> None:
    """Wait for whoever adds or moves slots now; nobody else does until this transaction ends."""
    db.session.execute(_LOCK)


def _places(rhythm: Rhythm, *, after: datetime, until: datetime) -> dict[Period, Place]:
    return {
        (cadence, place.period_on): place
        for cadence in (Cadence.WEEKLY, Cadence.MONTHLY)
        for place in slots_between(rhythm, cadence, after=after, until=until)
    }


def _take_back_misplaced(places: dict[Period, Place], *, now: datetime) -> None:
    """Remove what the rhythm has elsewhere by now; no mailing cites a slot that is to come."""
    rows = db.session.execute(
        select(DigestSlot.id, DigestSlot.cadence, DigestSlot.period_on, DigestSlot.slot_at)
        .where(DigestSlot.status == SlotStatus.PLANNED, DigestSlot.slot_at > now + FIXED,
               DigestSlot.period_on.is_not(None))
    )
    misplaced = [
        slot_id for slot_id, cadence, period_on, slot_at in rows
        if (place := places.get((cadence, period_on))) and place.slot_at != slot_at
    ]
    db.session.execute(delete(DigestSlot).where(DigestSlot.id.in_(misplaced)))


def _planned_periods(periods: Iterable[Period]) -> set[Period]:
    """Those of these periods that have their slot, whatever became of it."""
    days = [period_on for _, period_on in periods]
    rows = db.session.execute(
        select(DigestSlot.cadence, DigestSlot.period_on).where(DigestSlot.period_on.in_(days))
    )
    return {(cadence, period_on) for cadence, period_on in rows}


def _move_extra_slots(quiet: QuietHours, *, now: datetime) -> None:
    """What an editor added before hours became quiet comes at their end.

    Where a slot stands there already it stays, waits, and is taken over by that one.
    """
    extra = db.session.scalars(
        select(DigestSlot)
        .where(DigestSlot.status == SlotStatus.PLANNED, DigestSlot.slot_at > now + FIXED,
               DigestSlot.period_on.is_(None))
        .order_by(DigestSlot.slot_at)
    ).all()
    for slot in extra:
        shown = clock.local(slot.slot_at)
        day, at = quiet.end_from(shown.date(), shown.time())
        moment = moment_of(day, at)
        # Not to an earlier one, in the night in which an hour comes twice.
        if quiet.cover(shown.time()) and moment > slot.slot_at and not _is_taken(slot, moment):
            slot.slot_on, slot.slot_at = day, moment


def _is_taken(slot: DigestSlot, moment: datetime) -> bool:
    found = select(DigestSlot.id).where(
        DigestSlot.cadence == slot.cadence, DigestSlot.slot_at == moment)
    return db.session.scalar(found) is not None
