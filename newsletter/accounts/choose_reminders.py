"""Choose whether an account gets a mail before a deadline."""

from newsletter.accounts.models import Account
from newsletter.extensions import db


def choose_reminders(account_id: int, *, wants: bool) -> None:
    """From now on; also one that waits to leave no longer does when it is unwanted."""
    db.session.get_one(Account, account_id).gets_reminders = wants
