"""Forget imports: files that nobody carried out, and the verdicts of long ago (P07)."""

from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select

from newsletter import clock
from newsletter.deliveries.forget_detail import MONTHS
from newsletter.extensions import db
from newsletter.subscribers.import_models import ImportRow, ImportStatus, ReaderImport
from newsletter.subscribers.load_import import drop_import

WAITS_FOR = timedelta(days=7)


def forget_imports(*, now: datetime) -> int:
    """How many imports lost their rows: seven days after loading when they were not carried out,
    thirteen months after their end when they were. One a call."""
    idle = db.session.scalar(
        select(ReaderImport).where(
            ReaderImport.status.in_((ImportStatus.JUDGING, ImportStatus.JUDGED)),
            ReaderImport.loaded_at < now - WAITS_FOR,
        ).limit(1).with_for_update(skip_locked=True)
    )
    if idle is not None:
        drop_import(idle, now=now)
        return 1
    old = db.session.scalar(
        select(ReaderImport.id).where(
            ReaderImport.ended_at < clock.add_months(now, -MONTHS),
            exists().where(ImportRow.import_id == ReaderImport.id),
        ).limit(1)
    )
    if old is None:
        return 0
    db.session.execute(delete(ImportRow).where(ImportRow.import_id == old))
    return 1
