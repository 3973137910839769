"""Take up an invitation: the mailed link sets a password, once and within seven days."""

from datetime import datetime, timedelta

from newsletter.accounts.models import Account
from newsletter.accounts.passwords import hash_password
from newsletter.errors import TokenSuperseded
from newsletter.extensions import db
from newsletter.tokens import Purpose, Signer

LIFETIME = timedelta(days=7)


def open_invitation(token: str, *, signer: Signer, now: datetime, lock: bool = False) -> Account:
    """Whose invitation it is. Raises TokenError when it opens nothing (any more)."""
    opened = signer.open(token, purposes=(Purpose.INVITATION,), now=now, lifetime=LIFETIME)
    account = db.session.get(Account, opened.row_id, populate_existing=True,
                             with_for_update={"key_share": True} if lock else None)
    if account is None or not account.active or account.invitation_nonce != opened.nonce:
        raise TokenSuperseded("invitation")
    return account


def take_invitation(token: str, password: str, *, signer: Signer, now: datetime) -> Account:
    """The account, with its password. Raises TokenError, and BadInput at `password`."""
    account = open_invitation(token, signer=signer, now=now, lock=True)
    account.password = hash_password(password, about=(account.name, account.email))
    account.invitation_nonce += 1
    return account
