"""Reads of accounts."""

from collections.abc import Iterable, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from newsletter import addresses
from newsletter.accounts.models import Account, Role, RoleName
from newsletter.extensions import db


def find_account_by_email(email: str) -> Account | None:
    """The account that logs in with this address, however its capitals are typed."""
    return db.session.scalar(
        select(Account).where(Account.email == addresses.identity_of(email.strip()))
    )


def list_accounts() -> Sequence[Account]:
    """Every account with its roles, in the order of their names."""
    return db.session.scalars(
        select(Account).options(selectinload(Account.roles))
        .order_by(func.lower(Account.name), Account.id)
    ).all()


def names_of(account_ids: Iterable[int]) -> dict[int, str]:
    """The names of the accounts with these ids, also of who works here no more."""
    rows = db.session.execute(
        select(Account.id, Account.name).where(Account.id.in_(set(account_ids)))
    )
    return {row.id: row.name for row in rows}


def accounts_to_remind() -> list[tuple[int, str]]:
    """Id and language of who composes editions and wants to be reminded, by id."""
    composes = Account.roles.any(
        Role.name.in_([RoleName.EDITOR, RoleName.PUBLISHER, RoleName.ADMIN])
    )
    rows = db.session.execute(
        select(Account.id, Account.language)
        .where(Account.active, Account.gets_reminders, composes)
        .order_by(Account.id)
    )
    return list(rows.tuples())


def find_calendar_account(account_id: int, *, nonce: int) -> Account | None:
    """The account whose calendar address has this nonce, as long as it may log in."""
    return db.session.scalar(
        select(Account).where(
            Account.id == account_id, Account.calendar_nonce == nonce, Account.active
        )
    )
