"""End sessions of an account: a copy of their cookies opens nothing any more."""

import uuid
from datetime import datetime

from sqlalchemy import update

from newsletter.accounts.models import Account, AccountSession
from newsletter.extensions import db


def end_session(session_id: int, *, account_id: int, now: datetime) -> bool:
    """Whether it was open, and of this account; it has ended now."""
    ended = db.session.scalar(
        update(AccountSession)
        .where(AccountSession.id == session_id, AccountSession.account_id == account_id,
               AccountSession.ended_at.is_(None))
        .values(ended_at=now)
        .returning(AccountSession.id)
    )
    return ended is not None


def end_other_sessions(account_id: int, *, but: int, now: datetime) -> None:
    """End every session of the account save one."""
    _end(account_id, now=now, but=but)


def end_sessions(account_id: int, *, now: datetime) -> None:
    """End every session of the account, and every login that is half done."""
    _end(account_id, now=now)
    db.session.execute(
        update(Account).where(Account.id == account_id).values(fs_uniquifier=uuid.uuid4().hex)
    )


def _end(account_id: int, *, now: datetime, but: int | None = None) -> None:
    db.session.execute(
        update(AccountSession)
        .where(AccountSession.account_id == account_id, AccountSession.ended_at.is_(None),
               AccountSession.id.is_distinct_from(but))
        .values(ended_at=now)
    )
