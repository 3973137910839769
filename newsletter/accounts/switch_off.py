"""Switch an account off, which ends all its sessions at once, or on again."""

from datetime import datetime

from newsletter.accounts.end_sessions import end_sessions
from newsletter.accounts.keep_admin import keep_admin
from newsletter.accounts.models import Account
from newsletter.errors import WrongState


def switch_off(account: Account, *, by: int, now: datetime) -> None:
    """Let it in no more. Raises WrongState for one's own, and for who is no admin any more."""
    if account.id == by:
        raise WrongState("own")
    keep_admin(by)
    account.active = False
    end_sessions(account.id, now=now)


def switch_on(account: Account) -> None:
    """Let it in again, with the password and the app that it had."""
    account.active = True
