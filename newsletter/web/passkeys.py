"""Passkeys at the desk's doors: for which site, and how often somebody may try."""

from flask import Response, abort, session

from newsletter import clock
from newsletter.accounts.ask_passkey import Site, ask_passkey, site_of
from newsletter.accounts.check_passkey import check_passkey
from newsletter.accounts.passkey_models import PasskeyPurpose
from newsletter.accounts.passkey_queries import count_passkeys
from newsletter.core import settings
from newsletter.transaction import transaction
from newsletter.web.extensions import limiter
from newsletter.web.forgery import network
from newsletter.web.second_factor import half_in

FIELD = "passkey"  # of a form, filled by static/passkey.js


def has_passkeys(account_id: int) -> bool:
    """Whether this account can be asked for one on this site."""
    return site_of(settings().public_url) is not None and count_passkeys(account_id) > 0


def for_login() -> dict[str, bool]:
    """For the page that asks the second step: whether a passkey will do too."""
    account = half_in() if session.get("tf_state") == "ready" else None
    return {"asks_passkey": account is not None and has_passkeys(account.id)}


def wanted_site() -> Site:
    """The site of these passkeys, or 404 where there can be none."""
    site = site_of(settings().public_url)
    if site is None:
        abort(404)
    return site


def pose(account_id: int, purpose: PasskeyPurpose) -> Response:
    """A challenge for the account's passkeys, as the browser takes it. Aborts with 429."""
    site = wanted_site()
    with limiter.limit("120 per hour", key_func=lambda: _from(account_id)), transaction():
        asked = ask_passkey(account_id, purpose, site=site, now=clock.now())
    return Response(asked, mimetype="application/json")


def refusal_of(account_id: int, answer: str, purpose: PasskeyPurpose) -> str | None:
    """None when a passkey of the account gave this answer, else why not.

    In the caller's transaction, to be kept either way. Aborts with 429 for who guesses.
    """
    site = wanted_site()
    with limiter.limit("120 per hour", key_func=lambda: _from(account_id)):
        return check_passkey(account_id, answer, purpose=purpose, site=site, now=clock.now())


def _from(account_id: int) -> str:
    # By network too: who has somebody's password must not use up her tries (S03).
    return f"passkey {network()} {account_id}"
