"""Note a change of themes with what undoing it takes, and owe its notices."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select

from newsletter.catalogue.models import Theme
from newsletter.digests.say_theme_change import Said
from newsletter.digests.theme_models import ChangeKind, ThemeChange
from newsletter.extensions import db
from newsletter.mailings.owe_notice import owe_notice


def owe(said: Said, *, to: Select[int], now: datetime) -> int:
    """The number of the notice that these readers are owed."""
    return owe_notice(said.nl, said.en, to=to, now=now).id


def note_change(
    kind: ChangeKind, theme: Theme, *, now: datetime, undo_for: timedelta, **kept: Any
) -> ThemeChange:
    """The entry of what was done; `kept` are the columns that undoing it needs."""
    change = ThemeChange(kind=kind, theme_id=theme.id, at=now, undo_until=now + undo_for, **kept)
    db.session.add(change)
    db.session.flush()
    return change
