"""Reads of passkeys."""

from collections.abc import Sequence

from sqlalchemy import func, select

from newsletter.accounts.passkey_models import Passkey
from newsletter.extensions import db


def passkeys_of(account_id: int) -> Sequence[Passkey]:
    """The passkeys of an account, in the order in which they came."""
    return db.session.scalars(
        select(Passkey).where(Passkey.account_id == account_id).order_by(Passkey.id)
    ).all()


def count_passkeys(account_id: int) -> int:
    """How many passkeys the account has."""
    counted = select(func.count()).select_from(Passkey).where(Passkey.account_id == account_id)
    return db.session.scalar(counted) or 0


def find_passkey(passkey_id: int, *, account_id: int) -> Passkey | None:
    """The passkey with this id, if it is of this account."""
    return db.session.scalar(
        select(Passkey).where(Passkey.id == passkey_id, Passkey.account_id == account_id)
    )
