"""Add an account of the desk, and the roles that accounts refer to."""

import unicodedata
import uuid
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from newsletter import addresses
from newsletter.accounts.models import Account, Role, RoleName
from newsletter.accounts.passwords import hash_password
from newsletter.accounts.queries import find_account_by_email
from newsletter.errors import BadAddress, BadInput
from newsletter.extensions import db

LONGEST_NAME = 100

_SENTENCES = {
    RoleName.CONTRIBUTOR: "Writes and offers articles.",
    RoleName.EDITOR: "Composes editions, moves their dates and schedules them.",
    RoleName.PUBLISHER: "Pauses, resumes and cancels mailings.",
    RoleName.ADMIN: "May do everything at the desk.",
}


def ensure_roles() -> None:
    """See to it that every role has its row; safe to repeat."""
    rows = [{"name": name.value, "description": words} for name, words in _SENTENCES.items()]
    db.session.execute(insert(Role).values(rows).on_conflict_do_nothing())


def add_account(
    *,
    email: str,
    name: str,
    password: str | None,
    roles: Iterable[str],
    now: datetime,
    language: str = "nl",
    partner_id: int | None = None,
) -> Account:
    """Add someone who can log in at the desk; without a password, once an invitation is taken up.

    Raises BadAddress at `email` (also when it is taken) and BadInput at `name`, `password` or
    `roles`.
    """
    try:
        address = addresses.identity_of(addresses.check(email))
    except BadAddress as error:
        raise BadAddress(error.reason, field="email") from error
    if find_account_by_email(address) is not None:
        raise BadAddress("taken", field="email")
    name = name.strip()
    if not name:
        raise BadInput("name", "empty")
    if len(name) > LONGEST_NAME:
        raise BadInput("name", "too_long")
    if any(unicodedata.category(letter) == "Cc" for letter in name):
        raise BadInput("name", "control_character")
    wanted = set(roles)
    if not wanted or not wanted <= set(RoleName):
        raise BadInput("roles", "unknown")
    ensure_roles()
    account = Account(
        email=address,
        name=name,
        password=None if password is None else hash_password(password, about=(name, address)),
        active=True,
        fs_uniquifier=uuid.uuid4().hex,
        language=language,
        partner_id=partner_id,
        created_at=now,
        roles=list(db.session.scalars(select(Role).where(Role.name.in_(wanted)))),
    )
    db.session.add(account)
    db.session.flush()
    return account
