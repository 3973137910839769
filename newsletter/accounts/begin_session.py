"""Begin a session at the desk: a row, and the key of it for the browser alone."""

import hashlib
import secrets
from datetime import datetime, timedelta

from newsletter.accounts.audit import Origin
from newsletter.accounts.models import AccountSession
from newsletter.extensions import db

ABSOLUTE = timedelta(hours=12)  # S04: however busy the session is


def begin_session(account_id: int, *, origin: Origin, now: datetime) -> str:
    """The key of the new session; both factors were given just now. `now` is aware."""
    key = secrets.token_urlsafe(32)
    db.session.add(
        AccountSession(
            account_id=account_id,
            key_hash=hash_of(key),
            began_at=now,
            seen_at=now,
            until=now + ABSOLUTE,
            second_factor_at=now,
            address=origin.address,
            program=origin.program,
        )
    )
    return key


def hash_of(key: str) -> str:
    """What the database keeps of a session's key, in hex."""
    return hashlib.sha256(key.encode()).hexdigest()
