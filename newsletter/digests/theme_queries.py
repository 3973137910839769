"""Reads of what was done to themes."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from newsletter.digests.theme_models import ThemeChange
from newsletter.extensions import db
from newsletter.mailings.notice_models import Notice


def newest_changes(limit: int = 30) -> Sequence[tuple[ThemeChange, Notice | None]]:
    """The newest changes, the last one first, each with its first notice if it owed any."""
    rows = db.session.execute(
        select(ThemeChange, Notice)
        .outerjoin(Notice, Notice.id == ThemeChange.notice_ids[1])
        .options(joinedload(ThemeChange.theme))
        .order_by(ThemeChange.id.desc())
        .limit(limit)
    )
    return [(change, notice) for change, notice in rows]


def newest_change_id() -> int:
    """The number of the last change, 0 before the first."""
    return db.session.scalar(
        select(ThemeChange.id).order_by(ThemeChange.id.desc()).limit(1)) or 0
