"""What waits: open deliveries, alarms, and the slots and editions that come next."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from newsletter.deliveries.alarm import open_alarms
from newsletter.deliveries.models import OPEN, Delivery, DeliveryStatus
from newsletter.deliveries.overdue import count_overdue, count_overdue_requests
from newsletter.digests.models import DigestSlot, SlotStatus
from newsletter.digests.queries import late_slots, waiting_slots
from newsletter.editions.models import Edition, EditionStatus
from newsletter.extensions import db

NEXT = 4
_IF_HELD = "an editor releases it at the desk, under Themamails"
_IF_LATE = (
    "send it late at the desk, under Themamails, or `newsletter digest run --slot {slot}`; "
    "else the next one takes its articles over"
)


@dataclass(frozen=True)
class Waiting:
    """A picture of one moment; moments inside are aware."""

    open_deliveries: dict[str, dict[str, int]]  # by lane, then by status
    overdue: int  # should have been taken up five minutes ago or more
    requests_overdue: int  # typed on a public form five minutes ago or more, and not taken
    alarms: list[dict[str, Any]]
    late: list[str]  # slots and editions that wait for a person
    waiting_slots: list[dict[str, Any]]  # held by an editor or late, and what to do; oldest first
    next_slots: list[dict[str, Any]]
    next_editions: list[dict[str, Any]]


def waiting(now: datetime) -> Waiting:
    """The picture as it is `now`."""
    return Waiting(
        open_deliveries=_open_deliveries(),
        overdue=count_overdue(),
        requests_overdue=count_overdue_requests(now),
        alarms=[
            {"kind": alarm.kind, "subject": alarm.subject, "raised_at": alarm.raised_at}
            for alarm in open_alarms()
        ],
        late=_late(),
        waiting_slots=_waiting_slots(now),
        next_slots=_next_slots(now),
        next_editions=_next_editions(now),
    )


def slot_name(slot: DigestSlot) -> str:
    """A slot as the command line names it, as in `weekly@2026-11-24`."""
    return f"{slot.cadence.value}@{slot.slot_on}"


def _open_deliveries() -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    # Each asked for as one of the two partial indexes has it.
    held = Delivery.status == DeliveryStatus.CLAIMED
    owed = Delivery.status.in_([status for status in OPEN if status is not DeliveryStatus.CLAIMED])
    for condition in (held, owed):
        rows = db.session.execute(
            select(Delivery.lane, Delivery.status, func.count())
            .where(condition)
            .group_by(Delivery.lane, Delivery.status)
            .order_by(Delivery.lane, Delivery.status)
        )
        for lane, status, count in rows:
            found.setdefault(lane.value, {})[status.value] = count
    return found


def _late() -> list[str]:
    editions = db.session.scalars(
        select(Edition).where(Edition.status == EditionStatus.LATE).order_by(Edition.send_at)
    )
    return [f"digest {slot_name(slot)}" for slot in late_slots()] + [
        f"edition {edition.key}" for edition in editions
    ]


def _waiting_slots(now: datetime) -> list[dict[str, Any]]:
    found = [(slot, "held", _IF_HELD) for slot in waiting_slots(now)]
    found += [(slot, "late", _IF_LATE) for slot in late_slots()]
    return [
        {"slot": slot_name(slot), "key": slot.key, "status": status, "since": slot.slot_at,
         "what_to_do": deed.format(slot=slot_name(slot))}
        for slot, status, deed in sorted(found, key=lambda row: row[0].slot_at)
    ]


def _next_slots(now: datetime) -> list[dict[str, Any]]:
    found = db.session.scalars(
        select(DigestSlot)
        .where(DigestSlot.status == SlotStatus.PLANNED, DigestSlot.slot_at >= now)
        .order_by(DigestSlot.slot_at)
        .limit(NEXT)
    )
    return [{"slot": slot_name(slot), "at": slot.slot_at, "held": slot.is_held} for slot in found]


def _next_editions(now: datetime) -> list[dict[str, Any]]:
    found = db.session.scalars(
        select(Edition)
        .where(Edition.status.in_((EditionStatus.PLANNED, EditionStatus.SCHEDULED)))
        .where(Edition.send_at >= now)
        .order_by(Edition.send_at)
        .limit(NEXT)
    )
    return [
        {"edition": edition.key, "status": edition.status.value, "at": edition.send_at}
        for edition in found
    ]
