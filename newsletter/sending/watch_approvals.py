"""Watch approvals: whether every edition that waits to leave is still as it was approved.

Sees what no page sees: another template or rule that was deployed, an article edited elsewhere.
"""

from datetime import datetime

from newsletter.accounts.audit import record
from newsletter.config import Settings
from newsletter.editions.approval_queries import editions_to_watch, find_open
from newsletter.editions.change import lock
from newsletter.editions.models import Edition
from newsletter.editions.void_changed import take_back, void_changed
from newsletter.errors import NotFound
from newsletter.extensions import db
from newsletter.sending.compile_now import find_compiled
from newsletter.transaction import transaction


def watch_approvals(*, settings: Settings, now: datetime) -> int:
    """How many editions were found otherwise than approved. Safe to repeat."""
    found = 0
    for edition_id in editions_to_watch():
        with transaction():
            found += void_if_changed(edition_id, settings=settings, now=now)
    return found


def void_if_changed(edition_id: int, *, settings: Settings, now: datetime) -> bool:
    """Whether the edition's approval was voided, or it was to leave without one; recorded.

    To be asked in a transaction.
    """
    edition = db.session.get(Edition, edition_id)
    if edition is None:
        raise NotFound(f"edition {edition_id}")
    lock(edition)
    reason = void_changed(edition, find_compiled(edition, settings=settings), now=now)
    words = reason.value if reason else _without(edition.id)
    is_taken_back = bool(words) and take_back(edition, words, now=now)
    if reason or is_taken_back:
        record("void_approval", f"edition:{edition.key}", now=now, actor="system", door="clock",
               reason=words)
    return bool(reason) or is_taken_back


def _without(edition_id: int) -> str:
    """Why nothing may leave by the edition's approval: there is none, or it was not given."""
    approval = find_open(edition_id)
    if approval is None:
        return "none"
    return "waiting" if approval.is_waiting else ""
