"""Forget from where acts of the audit trail came; the acts themselves stay."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select

from newsletter.accounts.audit_models import AuditOrigin
from newsletter.extensions import db

KEPT = timedelta(days=30)  # P07
AT_ONCE = 5000


def forget_origins(*, now: datetime) -> int:
    """How many were taken away; ask again until none is. `now` is aware."""
    old = (
        select(AuditOrigin.entry_id).where(AuditOrigin.at < now - KEPT)
        .order_by(AuditOrigin.at).limit(AT_ONCE)
    )
    gone = db.session.execute(
        delete(AuditOrigin).where(AuditOrigin.entry_id.in_(old))
        .execution_options(synchronize_session=False)
    )
    return int(gone.rowcount)  # type: ignore[attr-defined]
