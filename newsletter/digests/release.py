"""Release: let a slot go that was held, or that is late and about which a person was asked."""

from datetime import datetime, timedelta

from sqlalchemy import exists, select, update

from newsletter.deliveries.alarm import clear_alarm, raise_alarm
from newsletter.digests.carry_out import LATE_ALARM, UNMAKEABLE_ALARM, mark_late
from newsletter.digests.models import DigestSlot, SlotStatus
from newsletter.digests.queries import get_slot
from newsletter.errors import WrongState
from newsletter.extensions import db
from newsletter.jobs import Job, enqueue

LEAVES = (SlotStatus.PLANNED, SlotStatus.CARRIED_OUT, SlotStatus.NOTHING_NEW)


def release(slot_id: int, *, limit: timedelta, now: datetime) -> DigestSlot:
    """Let a slot leave that waits, with its own cut-off; twice is as good as once.

    More than `limit` after its moment it does not leave but becomes late, with the alarm: a person
    decides, as of any late slot. Raises NotFound; WrongState when it does not wait, or when the
    next slot of its cadence has come, which takes it over.
    """
    slot = get_slot(slot_id, lock=True)
    if _has_left(slot):
        return slot
    if not slot.is_waiting(now):
        raise WrongState(slot.status.value)
    _refuse_beside_next(slot, now=now)
    slot.is_held = False
    if now - slot.slot_at > limit:
        mark_late(slot)
        raise_alarm(LATE_ALARM, slot.key, now=now)
        return slot
    _let_go(slot, now=now)
    return slot


def send_late(slot_id: int, *, now: datetime) -> DigestSlot:
    """Let a late slot leave after all, with its own cut-off; twice is as good as once.

    Raises NotFound; WrongState when it is not late, or when the next slot of its cadence has come.
    """
    slot = get_slot(slot_id, lock=True)
    if _has_left(slot):
        return slot
    if slot.status is not SlotStatus.LATE:
        raise WrongState(slot.status.value)
    _refuse_beside_next(slot, now=now)
    clear_alarm(LATE_ALARM, slot.key, now=now)
    clear_alarm(UNMAKEABLE_ALARM, slot.key, now=now)
    _let_go(slot, now=now)
    return slot


def release_all(until: datetime) -> list[str]:
    """Hold no slot any more whose moment is not after `until`; the keys of those that were.

    Of a restored database nobody knows whether they were released after the backup. Only once they
    are planned can it be decided which of their mails may still leave.
    """
    found = db.session.scalars(
        update(DigestSlot)
        .where(DigestSlot.is_held, DigestSlot.slot_at <= until,
               DigestSlot.status.in_([SlotStatus.PLANNED, SlotStatus.HELD]))
        .values(is_held=False, status=SlotStatus.PLANNED)
        .returning(DigestSlot)
    ).all()
    return sorted(slot.key for slot in found)


def _let_go(slot: DigestSlot, *, now: datetime) -> None:
    slot.status = SlotStatus.PLANNED
    slot.released_at = now
    enqueue(Job.CARRY_OUT_SLOT, slot.id)


def _has_left(slot: DigestSlot) -> bool:
    return slot.released_at is not None and slot.status in LEAVES


def _refuse_beside_next(slot: DigestSlot, *, now: datetime) -> None:
    """By the clock, not by status: else two could leave in the seconds before the next tick."""
    has_next = db.session.scalar(select(exists().where(
        DigestSlot.cadence == slot.cadence, DigestSlot.slot_at > slot.slot_at,
        DigestSlot.slot_at <= now)))
    if has_next:
        raise WrongState("next_has_come")
