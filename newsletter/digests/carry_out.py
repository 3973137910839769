"""What becomes of a slot: its window, its end, and the missed slots that it takes over."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update

from newsletter.deliveries.alarm import clear_alarm
from newsletter.digests.due import Link
from newsletter.digests.models import DigestSlot, SlotStatus
from newsletter.digests.queries import first_moment, slot_before
from newsletter.digests.rhythm import Rhythm, nominal_start
from newsletter.extensions import db
from newsletter.mailings.models import Mailing, MailingStatus

LATE_ALARM = "digest_late"
UNMAKEABLE_ALARM = "digest_unmakeable"


@dataclass(frozen=True)
class Counts:
    """Readers of a cadence by what a slot brought them."""

    due: int
    nothing_new: int
    below_minimum: int
    paused: int


def window_start(slot: DigestSlot, rhythm: Rhythm) -> datetime:
    """Where the slot's window begins: at the cut-off of the one carried out before it.

    Whatever was missed in between falls in this window, so nothing is lost (R14). When none was
    ever carried out it begins one period before the first that was planned.
    """
    before = slot_before(slot)
    if before is not None:
        return before.slot_at
    return nominal_start(rhythm, slot.cadence, first_moment(slot.cadence))


def take_over_missed(slot: DigestSlot, *, now: datetime) -> None:
    """Close the slots of the same cadence before this one: never two at once (R14).

    Also one that still waits for its release; what an editor prepared of it ends with it. A
    mailing that one of them had opened and not planned is cancelled, and its alarm cleared.
    """
    missed = db.session.scalars(
        update(DigestSlot)
        .where(
            DigestSlot.cadence == slot.cadence,
            DigestSlot.slot_at < slot.slot_at,
            DigestSlot.status.in_([SlotStatus.PLANNED, SlotStatus.HELD, SlotStatus.LATE]),
        )
        .values(status=SlotStatus.MERGED, done_at=now)
        .returning(DigestSlot)
    ).all()
    for each in missed:
        clear_alarm(LATE_ALARM, each.key, now=now)
        clear_alarm(UNMAKEABLE_ALARM, each.key, now=now)
    db.session.execute(
        update(Mailing)
        .where(
            Mailing.digest_slot_id.in_([each.id for each in missed]),
            Mailing.status == MailingStatus.PLANNED,
        )
        .values(status=MailingStatus.CANCELLED)
    )


def mark_done(
    slot: DigestSlot, counts: Counts, *, window_from: datetime, planned_at: datetime,
    seen: Collection[Link], now: datetime,
) -> None:
    """Record what came of the slot: a mailing, or the reason why there was nothing to send.

    `seen` is what the store held at its planning of the hour before its cut-off.
    """
    slot.window_from = window_from
    slot.planned_at = planned_at
    slot.seen_links = [[each.article_id, each.theme_id, each.since.isoformat()] for each in seen]
    slot.readers_due = counts.due
    slot.readers_nothing_new = counts.nothing_new
    slot.readers_below_minimum = counts.below_minimum
    slot.readers_paused = counts.paused
    slot.status = SlotStatus.CARRIED_OUT if counts.due else SlotStatus.NOTHING_NEW
    slot.done_at = now
    clear_alarm(LATE_ALARM, slot.key, now=now)
    clear_alarm(UNMAKEABLE_ALARM, slot.key, now=now)


def mark_held(slot: DigestSlot, *, now: datetime) -> None:
    """The slot's moment has come: from now on it waits for its release, and no other before it."""
    slot.status = SlotStatus.HELD
    take_over_missed(slot, now=now)


def mark_late(slot: DigestSlot) -> None:
    """The slot lies beyond the lateness limit: a person is asked."""
    slot.status = SlotStatus.LATE
