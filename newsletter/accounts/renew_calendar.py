"""Renew the secret address of an account's calendar: the one before it ends."""

from sqlalchemy import update

from newsletter.accounts.models import Account
from newsletter.extensions import db


def renew_calendar(account_id: int) -> None:
    """Let the next address hold, and none of the earlier ones."""
    db.session.execute(
        update(Account)
        .where(Account.id == account_id)
        .values(calendar_nonce=Account.calendar_nonce + 1)
    )
