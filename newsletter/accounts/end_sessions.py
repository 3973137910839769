"""End every session of an account: a copy of its cookie opens nothing any more."""

import uuid

from sqlalchemy import update

from newsletter.accounts.models import Account
from newsletter.extensions import db


def end_sessions(account_id: int) -> None:
    """Give the account a new name for its sessions; those that know the old one have ended."""
    db.session.execute(
        update(Account)
        .where(Account.id == account_id)
        .values(fs_uniquifier=uuid.uuid4().hex)
    )
