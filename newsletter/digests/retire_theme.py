"""Retire a theme: nobody picks it and no article gets it any more; what was due by it comes."""

from datetime import datetime, timedelta

from newsletter.digests.inherit import followers, take_away, to_come
from newsletter.digests.lock_themes import lock_theme
from newsletter.digests.note_change import note_change, owe
from newsletter.digests.say_theme_change import retired
from newsletter.digests.theme_models import ChangeKind, ThemeChange
from newsletter.extensions import db


def retire_theme(theme_id: int, *, now: datetime, undo_for: timedelta) -> ThemeChange:
    """The change; its readers are owed a notice. Raises NotFound."""
    theme = lock_theme(theme_id)
    notices = [owe(retired(theme), to=followers([theme.id]), now=now)]
    losing = list(db.session.scalars(to_come([theme.id], now)))
    take_away(losing, [theme.id])
    theme.retired_at = now
    return note_change(ChangeKind.RETIRED, theme, now=now, undo_for=undo_for,
                       moved_article_ids=losing, notice_ids=notices)
