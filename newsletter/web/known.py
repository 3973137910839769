"""Browsers in which somebody of the desk got in before: a signed cookie for each account.

Such a browser has its own count of wrong passwords, so that nobody who guesses elsewhere, or at the
next table, keeps its owner out (S03; OWASP, "Slow down online guessing attacks with device
cookies"). The cookie opens nothing. Another password, or an account that is switched off, ends it.
"""

import hashlib
import secrets
from datetime import timedelta

from flask import Response, after_this_request, current_app, request
from itsdangerous import BadData, URLSafeTimedSerializer

from newsletter.accounts.models import Account
from newsletter.accounts.queries import find_account_by_email
from newsletter.core import settings, signer
from newsletter.web.guard.login import spelled

LIFETIME = timedelta(days=180)
SECURE, PLAIN = "__Secure-bekend-", "bekend-"
PATH = "/redactie/inloggen"
LONGEST = 300  # characters; ours have about 100


def remember(account: Account) -> None:
    """Give the browser at hand the cookie of this account, with a count that begins anew."""
    name, said = cookie_name(account.email), [
        account.id, _mark(account), secrets.token_urlsafe(12)
    ]
    value = str(_serializer().dumps(said))

    @after_this_request
    def keep(response: Response) -> Response:
        response.set_cookie(
            name, value, max_age=LIFETIME, path=PATH, secure=name.startswith(SECURE),
            httponly=True, samesite="Strict",
        )
        return response


def browser_of(name: str) -> str | None:
    """The mark of the browser at hand when who goes by this name got in with it; else None."""
    sent = request.cookies.get(cookie_name(name), "")
    if not sent or len(sent) > LONGEST:
        return None
    try:
        account_id, mark, browser = _serializer().loads(
            sent, max_age=int(LIFETIME.total_seconds())
        )
    except (BadData, UnicodeError):
        return None
    account = find_account_by_email(name)
    is_hers = account is not None and account.id == account_id and account.active
    return str(browser) if account and is_hers and _mark(account) == mark else None


def cookie_name(name: str) -> str:
    """A cookie for each name: two people who share a computer do not undo each other's."""
    digest = signer().digest("known browser", spelled(name).encode(), size=9).hex()
    return beginning() + digest


def beginning() -> str:
    """How the names of these cookies begin; over http a browser takes no `__Secure-`."""
    return SECURE if settings().public_url.startswith("https://") else PLAIN


def _mark(account: Account) -> str:
    """What changes with the password, and when the account is switched off."""
    return hashlib.sha256(account.fs_uniquifier.encode()).hexdigest()[:32]


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="known browser")
