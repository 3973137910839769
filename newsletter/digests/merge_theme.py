"""Merge a theme into another: its readers follow that one, and nobody is sent old articles."""

from datetime import datetime, timedelta

from newsletter.digests.inherit import followers, inherit, move_to_come
from newsletter.digests.lock_themes import lock_heirs, lock_theme
from newsletter.digests.note_change import note_change, owe
from newsletter.digests.say_theme_change import merged, widened
from newsletter.digests.theme_models import ChangeKind, ThemeChange


def merge_theme(
    theme_id: int, into_id: int, *, now: datetime, undo_for: timedelta
) -> ThemeChange:
    """The change. Raises NotFound, and BadInput at `into` for a theme that cannot take it.

    Readers of both sides are owed a notice. What the theme's articles still owe stays due.
    """
    theme = lock_theme(theme_id)
    [into] = lock_heirs(theme, [into_id], field="into")
    notices = [
        owe(merged(theme, into), to=followers([theme.id]), now=now),
        owe(widened(theme, into), to=followers([into.id], but_not=[theme.id]), now=now),
    ]
    inherit(theme, [into], now=now)
    moved, given = move_to_come([theme.id], [into.id], now=now)
    theme.retired_at = now
    return note_change(ChangeKind.MERGED, theme, now=now, undo_for=undo_for,
                       before={"given": given}, moved_article_ids=moved, notice_ids=notices)
