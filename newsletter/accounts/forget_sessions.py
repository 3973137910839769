"""Forget sessions that ended long ago, and with them from where they were."""

from datetime import datetime

from sqlalchemy import delete

from newsletter.accounts.forget_origins import KEPT
from newsletter.accounts.models import AccountSession
from newsletter.extensions import db


def forget_sessions(*, now: datetime) -> int:
    """How many were taken away. `now` is aware."""
    gone = db.session.execute(
        delete(AccountSession).where(AccountSession.until < now - KEPT)
        .execution_options(synchronize_session=False)
    )
    return int(gone.rowcount)  # type: ignore[attr-defined]
