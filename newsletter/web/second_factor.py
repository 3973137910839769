"""The second factor at the login: codes of an app and recovery codes, by Flask-Security-Too."""

import base64
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import qrcode
from flask import Flask, abort, current_app, flash, redirect, request, session, url_for
from flask_babel import gettext
from flask_security import MfRecoveryCodesUtil, Totp, current_user
from markupsafe import Markup
from passlib.totp import TotpMatch
from sqlalchemy import select

from newsletter import clock
from newsletter.accounts.models import Account
from newsletter.accounts.second_factor import METHOD, totp_of, wallet
from newsletter.accounts.session_queries import is_fresh
from newsletter.config import Settings
from newsletter.extensions import db
from newsletter.web.extensions import limiter
from newsletter.web.forgery import network
from newsletter.web.sessions import session_at_hand

# A code is good for the half minute that it is shown in, and no longer (S01).
GRACE_SECONDS = 0
RECOVERY_CODES = 10
_LOGGING_IN = "tf_user_id"  # where the login machinery keeps who is half in
_SETTING_UP = ("setup_from_login", "validating_profile")
# Views of the login machinery that the desk does without: it has its own, or no such thing.
ABSENT = ("two_factor_rescue", "mf_recovery_codes", "tf_select")


class DeskTotp(Totp):
    """Codes that work once: the half minute of the last one is kept with the account."""

    def __init__(self, secrets: Mapping[str, str], issuer: str) -> None:
        self._totp = totp_of(secrets, issuer=issuer)

    def generate_qrcode(self, username: str, totp: str) -> Markup:
        """The address of a key as a drawing on the page itself: no picture from elsewhere."""
        code = qrcode.QRCode(border=4)
        code.add_data(self.get_totp_uri(username, totp))
        rows = code.get_matrix()
        path = "".join(
            f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
        )
        return Markup(
            '<svg class="qr" viewBox="0 0 {0} {0}" aria-hidden="true" focusable="false">'
            '<rect width="{0}" height="{0}" fill="#fff"/><path fill="#000" d="{1}"/></svg>'
        ).format(len(rows), path)

    def get_last_counter(self, user: Any) -> int | None:
        """The half minute of the last code; who checks one waits for who checks another."""
        return db.session.scalar(
            select(Account.tf_last_counter).where(Account.id == user.id)
            .with_for_update(key_share=True)
        )

    def set_last_counter(self, user: Any, tmatch: TotpMatch) -> None:
        """Keep the half minute of the code that was right."""
        user.tf_last_counter = tmatch.counter


class DeskRecoveryCodes(MfRecoveryCodesUtil):
    """Codes that work once, also when two browsers send the same one at the same time."""

    def check_recovery_code(self, user: Any, code: str) -> bool:
        """Whether it is one of the account's; who uses one waits for who uses another."""
        db.session.refresh(user, ["mf_recovery_codes"], with_for_update={"key_share": True})
        return bool(super().check_recovery_code(user, code))


def configure(app: Flask) -> None:
    """The settings; before the login machinery is bound."""
    settings: Settings = app.config["SETTINGS"]
    signer = app.extensions["signer"]
    fernet = [base64.urlsafe_b64encode(seed) for seed in signer.seeds("recovery codes")]
    app.config.update(
        SECURITY_TWO_FACTOR=True,
        SECURITY_TWO_FACTOR_REQUIRED=True,
        SECURITY_TWO_FACTOR_ENABLED_METHODS=[METHOD],
        SECURITY_TWO_FACTOR_AUTHENTICATOR_VALIDITY=GRACE_SECONDS,
        SECURITY_TWO_FACTOR_ALWAYS_VALIDATE=True,
        SECURITY_TWO_FACTOR_RESCUE_EMAIL=False,
        SECURITY_TWO_FACTOR_SETUP_URL="/redactie/inloggen/instellen",
        SECURITY_TWO_FACTOR_TOKEN_VALIDATION_URL="/redactie/inloggen/code",  # noqa: S106
        SECURITY_TWO_FACTOR_SETUP_TEMPLATE="pages/security/set_up.html",
        SECURITY_TWO_FACTOR_VERIFY_CODE_TEMPLATE="pages/security/code.html",
        SECURITY_TWO_FACTOR_POST_SETUP_VIEW="/redactie/mijn-account",
        SECURITY_TOTP_SECRETS=wallet(signer),
        SECURITY_TOTP_ISSUER=f"Redactie {urlsplit(settings.public_url).hostname}",
        SECURITY_MULTI_FACTOR_RECOVERY_CODES=True,
        SECURITY_MULTI_FACTOR_RECOVERY_CODES_N=RECOVERY_CODES,
        # The present key first here: it encrypts, the others only read (S15).
        SECURITY_MULTI_FACTOR_RECOVERY_CODES_KEYS=fernet[::-1],
        SECURITY_MULTI_FACTOR_RECOVERY_URL="/redactie/inloggen/herstelcode",
        SECURITY_MULTI_FACTOR_RECOVERY_TEMPLATE="pages/security/recovery_code.html",
    )


def guard(app: Flask, *, refuse: Callable[[str], None]) -> None:
    """Put limits, refusals and freshness around the views; after the machinery is bound.

    `refuse` keeps in the audit trail that a code was not taken.
    """
    views = app.view_functions
    for name in ABSENT:
        views[f"security.{name}"] = _absent
    # The second factor of the half minute is asked of who has the password, so this shuts out
    # nobody who has not (S03).
    checked = {
        "security.two_factor_token_validation": "code_refused",
        "security.mf_recovery": "recovery_code_refused",
    }
    for name, act in checked.items():
        views[name] = _limited(views[name], partial(refuse, act))
    views["security.two_factor_setup"] = _unparked(_fresh(views["security.two_factor_setup"]))
    views["security.two_factor_setup_validate"] = _told(_limited(
        _fresh(views["security.two_factor_setup_validate"]), lambda: None
    ))
    name = "security.two_factor_token_validation"
    views[name] = _unparked(views[name])


def half_in() -> Account | None:
    """Who has given the password and not yet the second factor."""
    name = session.get(_LOGGING_IN)
    if not isinstance(name, str):
        return None
    return db.session.scalar(select(Account).where(Account.fs_uniquifier == name))


def _limited(view: Callable[..., Any], refused: Callable[[], None]) -> Callable[..., Any]:
    @limiter.limit("60 per hour", methods=["POST"], key_func=_who)
    @limiter.limit("10 per 5 minutes", methods=["POST"], key_func=_network_and_who)
    def limited(**values: Any) -> Any:
        sets_up = not current_user.is_authenticated and session.get("tf_state") != "ready"
        answer = view(**values)
        if request.method != "POST":
            return answer
        if isinstance(answer, str):
            refused()
            return answer, 400
        if sets_up and current_user.is_authenticated and not current_user.mf_recovery_codes:
            return redirect(url_for("desk.recovery_codes"), 303)
        return answer

    limited.__name__ = view.__name__
    return limited


def _unparked(view: Callable[..., Any]) -> Callable[..., Any]:
    """Not for a half login that was left standing until its account got a second factor.

    It would set up another one over that, with the password alone.
    """

    def guarded(**values: Any) -> Any:
        if not current_user.is_authenticated and session.get("tf_state") in _SETTING_UP:
            account = half_in()
            if account is None or account.tf_primary_method is not None:
                session.clear()
                return redirect(url_for("security.login"), 303)
        return view(**values)

    guarded.__name__ = view.__name__
    return guarded


def _fresh(view: Callable[..., Any]) -> Callable[..., Any]:
    """Of who is in already, only with a second factor that was given just now."""

    def guarded(**values: Any) -> Any:
        if current_user.is_authenticated:
            at_hand = session_at_hand(current_user.id)
            if at_hand is None or not is_fresh(at_hand, now=clock.now()):
                return redirect(url_for("desk.account"), 303)
        return view(**values)

    guarded.__name__ = view.__name__
    return guarded


def _told(view: Callable[..., Any]) -> Callable[..., Any]:
    """Of who is in: a code that was not taken leads to the account's page, which says so."""

    def telling(**values: Any) -> Any:
        answer = view(**values)
        if getattr(answer, "location", None) != url_for("security.two_factor_setup"):
            return answer
        flash(gettext("De code klopte niet. Je app is nog die van eerst. Begin opnieuw."), "wrong")
        return redirect(url_for("desk.account"), 303)

    telling.__name__ = view.__name__
    return telling


def _absent(**_values: str) -> Any:
    abort(404)


def _who() -> str:
    return str(session.get(_LOGGING_IN) or session.get("_user_id") or network())


def network_and_half_in() -> str:
    """For limits: from where, and who has given the password; strangers share one of their own."""
    return f"{network()} {session.get(_LOGGING_IN)}"


def _network_and_who() -> str:
    return f"{network()} {_who()}"


def takes_code(code: str) -> bool:
    """Whether who works here typed the code of this half minute, and for the first time.

    In the caller's transaction. Aborts with 429 for who guesses.
    """
    totp: DeskTotp = current_app.extensions["security"].totp_factory
    with (
        limiter.limit("60 per hour", key_func=_who),
        limiter.limit("10 per 5 minutes", key_func=_network_and_who),
    ):
        return totp.verify_totp(code, current_user.tf_totp_secret, current_user,
                                window=GRACE_SECONDS)
