"""Seal the audit trail: keep the hash of its newest entry, here and in the log."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from newsletter.accounts.audit_models import AuditEntry, AuditSeal
from newsletter.extensions import db
from newsletter.logs import get_logger

log = get_logger(__name__)

SHOWN = 32  # hex digits in the log, which cuts out what is longer


def seal_audit(*, now: datetime) -> bool:
    """Whether there is a new seal: none when nothing was added. Safe to repeat. `now` is aware.

    The beginning of its hash also goes to the log, where the database's owner cannot reach.
    """
    newest = db.session.execute(
        select(AuditEntry.sequence, AuditEntry.hash).order_by(AuditEntry.sequence.desc()).limit(1)
    ).one_or_none()
    if newest is None:
        return False
    made = db.session.scalar(
        insert(AuditSeal).values(sequence=newest.sequence, at=now, hash=newest.hash)
        .on_conflict_do_nothing().returning(AuditSeal.sequence)
    )
    if made is None:
        return False
    log.info("audit_sealed", sequence=newest.sequence, hash=newest.hash[:SHOWN])
    return True
