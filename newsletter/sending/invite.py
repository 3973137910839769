"""Invite: a mail to somebody of the desk, whose link sets a password; ends the links before it."""

from datetime import datetime

from newsletter.accounts.models import Account
from newsletter.deliveries.models import MailKind
from newsletter.deliveries.queue import SingleMail, queue_single


def invite(account: Account, *, now: datetime) -> None:
    """Queue the invitation in the caller's transaction. `now` is aware."""
    account.invitation_nonce += 1
    account.invited_at = now
    queue_single(
        SingleMail(
            kind=MailKind.INVITATION,
            account_id=account.id,
            params={"nonce": account.invitation_nonce},
        ),
        now=now,
    )
