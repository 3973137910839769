"""The session at hand: the row that the browser's cookie has the key of."""

from flask import session

from newsletter import clock
from newsletter.accounts.begin_session import begin_session
from newsletter.accounts.models import AccountSession
from newsletter.accounts.session_queries import SEEN_EVERY, find_session
from newsletter.transaction import transaction
from newsletter.web.origin import origin

KEY = "desk_session"


def begin(account_id: int) -> None:
    """A session for who just gave both factors, in the caller's transaction."""
    session.permanent = True  # its cookie ends after half an hour, renewed by each page
    session[KEY] = begin_session(account_id, origin=origin(), now=clock.now())


def stay(name: str) -> None:
    """Let the browser at hand stay in when its account goes by another name in cookies."""
    session["_user_id"] = name


def session_at_hand(account_id: int) -> AccountSession | None:
    """The open session of this account whose key the cookie has; None when it has ended."""
    key = session.get(KEY)
    found = find_session(key, now=clock.now()) if isinstance(key, str) else None
    return found if found is not None and found.account_id == account_id else None


def see(found: AccountSession) -> None:
    """Keep that it was seen now; not more often than each minute."""
    now = clock.now()
    if now - found.seen_at >= SEEN_EVERY:
        with transaction():
            found.seen_at = now
