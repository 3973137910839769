"""Reset the second factor of somebody who lost app, recovery codes and passkeys."""

from datetime import datetime

from newsletter.accounts.end_sessions import end_sessions
from newsletter.accounts.models import Account
from newsletter.accounts.remove_passkey import remove_passkeys
from newsletter.errors import WrongState


def reset_second_factor(account: Account, *, by: int, now: datetime) -> None:
    """The next login sets up another app; all sessions end. Raises WrongState for one's own."""
    if account.id == by:
        raise WrongState("own")
    account.tf_primary_method = account.tf_totp_secret = None
    account.tf_last_counter = account.mf_recovery_codes = None
    remove_passkeys(account.id)
    end_sessions(account.id, now=now)
