"""Forget changes of address: each side goes when it no longer serves (P07)."""

from datetime import datetime, timedelta

from sqlalchemy import and_, or_, update

from newsletter.extensions import db
from newsletter.subscribers.change_address import LIFETIME, UNDO_FOR
from newsletter.subscribers.models import AddressChange

COUNTED_FOR = timedelta(days=1)  # the longest that a limit looks back (W05)


def forget_changes(*, now: datetime) -> int:
    """How many changes lost their addresses: seven days after asking, or after confirming.

    What only counts for a limit goes after a day.
    """
    held = or_(AddressChange.old_address.is_not(None), AddressChange.new_mailbox.is_not(None),
               AddressChange.new_address.is_not(None))
    over = or_(
        and_(AddressChange.confirmed_at.is_(None), AddressChange.asked_at < now - LIFETIME),
        AddressChange.confirmed_at < now - UNDO_FOR,
        # Ended by an undo or an erasure: the mailbox serves the limits, and nothing else.
        and_(AddressChange.old_address.is_(None), AddressChange.new_address.is_(None),
             AddressChange.asked_at < now - COUNTED_FOR),
    )
    gone = db.session.execute(
        update(AddressChange)
        .where(held, over)
        .values(old_address=None, new_address=None, new_mailbox=None)
    )
    return int(gone.rowcount)  # type: ignore[attr-defined]
