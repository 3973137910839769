"""Reads of sessions, and the sign of life that each gives."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, select

from newsletter.accounts.begin_session import hash_of
from newsletter.accounts.models import AccountSession
from newsletter.extensions import db

IDLE = timedelta(minutes=30)  # S04: an editor who walks away
SEEN_EVERY = timedelta(minutes=1)
FRESH = timedelta(minutes=10)  # how long a second factor counts as just given


def find_session(key: str, *, now: datetime) -> AccountSession | None:
    """The open session with this key; one that was left alone for half an hour has ended."""
    return db.session.scalar(
        select(AccountSession).where(AccountSession.key_hash == hash_of(key), _is_open(now))
    )


def open_sessions(account_id: int, *, now: datetime) -> Sequence[AccountSession]:
    """The open sessions of an account, the one seen last first."""
    return db.session.scalars(
        select(AccountSession)
        .where(AccountSession.account_id == account_id, _is_open(now))
        .order_by(AccountSession.seen_at.desc(), AccountSession.id.desc())
    ).all()


def is_fresh(session: AccountSession, *, now: datetime) -> bool:
    """Whether the second factor was given so lately that an act of weight needs no other."""
    return now - session.second_factor_at <= FRESH


def _is_open(now: datetime) -> ColumnElement[bool]:
    return and_(
        AccountSession.ended_at.is_(None),
        AccountSession.until > now,
        AccountSession.seen_at > now - IDLE,
    )
