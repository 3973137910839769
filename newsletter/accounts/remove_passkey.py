"""Remove passkeys of an account; its app stays the second factor."""

from sqlalchemy import delete

from newsletter.accounts.passkey_models import Passkey
from newsletter.extensions import db


def remove_passkey(passkey: Passkey) -> None:
    """It opens nothing any more. The app that gives codes cannot be removed: a factor stays."""
    db.session.delete(passkey)


def remove_passkeys(account_id: int) -> None:
    """Remove all passkeys of an account, of who sets up the second factor anew."""
    db.session.execute(delete(Passkey).where(Passkey.account_id == account_id)
                       .execution_options(synchronize_session=False))
