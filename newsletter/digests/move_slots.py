"""Move slots: what is planned follows another rhythm, with all that was prepared of it."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select

from newsletter import clock
from newsletter.digests.models import DigestSlot, SlotArticle, SlotStatus
from newsletter.digests.quiet_hours import QuietHours
from newsletter.digests.rhythm import Place, moment_of
from newsletter.extensions import db
from newsletter.subscribers.models import Cadence

# So near a slot stays where it is: a worker may have it in hand already.
FIXED = timedelta(minutes=5)
# A moment that no slot ever has.
_ASIDE = timedelta(days=365 * 1000)

Period = tuple[Cadence, date | None]


def move_slots(places: Mapping[Period, Place], *, now: datetime, until: datetime) -> int:
    """How many slots of weeks and months moved to the places that they have by now.

    A slot keeps its row, and so its hold, its line and its articles, and who has it open saves as
    before. Of one of which nothing was prepared the row is of no use where its place lies after
    `until`, or where another stands that does not move: it is removed. One that was prepared stays
    where it was in that last case, unless nothing was prepared of the other and it can give way.
    """
    if not _misplaced(_coming(now), places, now=now):
        return 0
    # An editor who saves one of them at this moment goes first, or after us.
    coming = _coming(now, lock=True)
    prepared = _prepared(coming)
    moving = _misplaced(coming, places, now=now)
    needless = {slot for slot, place in moving.items()
                if slot.id not in prepared and place.slot_at > until}
    needless |= _give_way(coming, moving, prepared, now=now)
    _stop(coming, moving, needless, prepared)
    db.session.execute(delete(DigestSlot).where(DigestSlot.id.in_(
        [slot.id for slot in needless])))
    _move(moving)
    return len(moving)


def _coming(now: datetime, *, lock: bool = False) -> list[DigestSlot]:
    query = select(DigestSlot).where(DigestSlot.slot_at > now).order_by(DigestSlot.id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return list(db.session.scalars(query))


def _misplaced(
    coming: Collection[DigestSlot], places: Mapping[Period, Place], *, now: datetime
) -> dict[DigestSlot, Place]:
    """The slots that the rhythm has elsewhere by now, with where; no mailing cites one of them."""
    return {
        slot: place for slot in coming
        if _can_move(slot, now=now) and slot.period_on is not None
        and (place := places.get((slot.cadence, slot.period_on)))
        and place.slot_at != slot.slot_at
    }


def _can_move(slot: DigestSlot, *, now: datetime) -> bool:
    return slot.status is SlotStatus.PLANNED and slot.slot_at > now + FIXED


def _prepared(slots: Collection[DigestSlot]) -> set[int]:
    """Those that an editor saved, even if only to undo what was saved before."""
    with_articles = set(db.session.scalars(
        select(SlotArticle.slot_id).where(SlotArticle.slot_id.in_([each.id for each in slots]))))
    return with_articles | {each.id for each in slots
                            if each.revision or each.is_held or each.editorial_line}


def _give_way(
    coming: Collection[DigestSlot], moving: Mapping[DigestSlot, Place],
    prepared: Collection[int], *, now: datetime,
) -> set[DigestSlot]:
    """What an editor added, without preparing it, at the very moment to which a slot moves."""
    wanted = {(slot.cadence, place.slot_at) for slot, place in moving.items()
              if slot.id in prepared}
    return {slot for slot in coming
            if slot.period_on is None and slot.id not in prepared
            and (slot.cadence, slot.slot_at) in wanted and _can_move(slot, now=now)}


def _stop(
    coming: Collection[DigestSlot], moving: dict[DigestSlot, Place], needless: set[DigestSlot],
    prepared: Collection[int],
) -> None:
    """Leave in `moving` only what finds its place free, for what stays there may stop it."""
    stopped = set(needless)
    while True:
        needless |= {slot for slot in stopped if slot.id not in prepared}
        for slot in stopped:
            moving.pop(slot, None)
        held = {(slot.cadence, slot.slot_at) for slot in coming
                if slot not in moving and slot not in needless}
        stopped = {slot for slot, place in moving.items()
                   if (slot.cadence, place.slot_at) in held}
        if not stopped:
            return


def _move(moving: Mapping[DigestSlot, Place]) -> None:
    """All aside first: one may move to where another still stands."""
    for slot in moving:
        slot.slot_at += _ASIDE
    db.session.flush()
    for slot, place in moving.items():
        slot.slot_on, slot.slot_at = place.slot_on, place.slot_at
    db.session.flush()


def move_extra_slots(quiet: QuietHours, *, now: datetime) -> None:
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
