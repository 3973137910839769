"""Alarms: raise one that is not yet open, and clear it when its cause is gone."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert

from newsletter.deliveries.models import Alarm
from newsletter.extensions import db
from newsletter.logs import get_logger

log = get_logger(__name__)


def raise_alarm(kind: str, subject: str, *, now: datetime, **details: Any) -> bool:
    """Whether this alarm is new; one of the same kind and subject stays open once."""
    new = db.session.scalar(
        insert(Alarm)
        .values(kind=kind, subject=subject, details=details, raised_at=now)
        .on_conflict_do_nothing(
            index_elements=[Alarm.kind, Alarm.subject], index_where=text("cleared_at is null")
        )
        .returning(Alarm.id)
    )
    if new is not None:
        log.error("alarm_raised", kind=kind, subject=subject, **details)
    return new is not None


def clear_alarm(kind: str, subject: str, *, now: datetime) -> None:
    """Close the open alarm of this kind and subject, if there is one."""
    db.session.execute(
        update(Alarm)
        .where(Alarm.kind == kind, Alarm.subject == subject, Alarm.cleared_at.is_(None))
        .values(cleared_at=now)
    )


def find_open_alarm(kind: str, subject: str) -> Alarm | None:
    """The open alarm of this kind and subject, if there is one."""
    return db.session.scalar(
        select(Alarm).where(
            Alarm.kind == kind, Alarm.subject == subject, Alarm.cleared_at.is_(None)
        )
    )


def open_alarms() -> list[Alarm]:
    """The alarms that wait for a person, newest first."""
    return list(
        db.session.scalars(
            select(Alarm).where(Alarm.cleared_at.is_(None)).order_by(Alarm.raised_at.desc())
        )
    )
