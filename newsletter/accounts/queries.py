"""Reads of accounts and of the audit trail."""

from collections.abc import Collection, Sequence

from sqlalchemy import select

from newsletter import addresses
from newsletter.accounts.models import Account, AuditEntry
from newsletter.extensions import db


def find_account_by_email(email: str) -> Account | None:
    """The account that logs in with this address, however its capitals are typed."""
    return db.session.scalar(
        select(Account).where(Account.email == addresses.identity_of(email.strip()))
    )


def entries_of(subject: str, *, newest: int = 50) -> Sequence[tuple[AuditEntry, str | None]]:
    """The newest acts on a subject such as `edition:20-8`, oldest first, each with its person."""
    rows = db.session.execute(
        select(AuditEntry, Account.name)
        .outerjoin(Account, Account.id == AuditEntry.account_id)
        .where(AuditEntry.subject == subject)
        .order_by(AuditEntry.id.desc())
        .limit(newest)
    )
    return [(entry, name) for entry, name in rows][::-1]


def names_of(account_ids: Collection[int]) -> dict[int, str]:
    """The names of these accounts by id."""
    if not account_ids:
        return {}
    rows = db.session.execute(
        select(Account.id, Account.name).where(Account.id.in_(account_ids))
    )
    return dict(rows.tuples().all())


def find_calendar_account(account_id: int, *, nonce: int) -> Account | None:
    """The account whose calendar address has this nonce, as long as it may log in."""
    return db.session.scalar(
        select(Account).where(
            Account.id == account_id, Account.calendar_nonce == nonce, Account.active
        )
    )
