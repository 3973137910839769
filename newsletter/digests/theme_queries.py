"""Reads of what was done to themes."""

from collections.abc import Sequence

from sqlalchemy import func, select
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


def state_of_themes() -> str:
    """Another after each change of a theme, and after each undoing."""
    newest, undone = db.session.execute(
        select(func.max(ThemeChange.id), func.max(ThemeChange.undone_at))).one()
    return f"{newest or 0}:{undone.isoformat() if undone else ''}"
