"""The second step of the login by a passkey, of who gave the password just now."""

from flask import Blueprint, Response, abort, flash, redirect, request, session, url_for
from flask_security import login_user
from flask_security.tf_plugin import tf_clean_session
from flask_security.utils import validate_redirect_url
from werkzeug.wrappers import Response as Answered

from newsletter import clock
from newsletter.accounts.audit import record
from newsletter.accounts.models import Account
from newsletter.accounts.passkey_models import PasskeyPurpose
from newsletter.extensions import db
from newsletter.transaction import transaction
from newsletter.web.desk.said import _
from newsletter.web.extensions import csrf, limiter
from newsletter.web.headers import keep_private
from newsletter.web.origin import origin
from newsletter.web.passkeys import FIELD, pose, refusal_of
from newsletter.web.second_factor import half_in, network_and_half_in
from newsletter.web.security import Person


def open_passkey_door() -> Blueprint:
    """Beside the page of the login machinery that asks a code."""
    room = Blueprint("passkey_login", __name__, url_prefix="/redactie/inloggen/passkey")
    room.add_url_rule("", "answer", answer, methods=["POST"])
    room.add_url_rule("/opgave", "challenge", challenge, methods=["POST"])
    room.before_request(csrf.protect)
    room.after_request(keep_private)
    return room


@limiter.limit("60 per hour", key_func=network_and_half_in)
def challenge() -> Response:
    """POST …/passkey/opgave: what the browser needs to ask a passkey, as JSON."""
    return pose(_wanted().id, PasskeyPurpose.LOG_IN)


@limiter.limit("60 per hour", key_func=network_and_half_in)
def answer() -> Answered:
    """POST …/passkey: in, when one of the account's passkeys signed; else back to the code."""
    account = _wanted()
    subject, now = f"account:{account.id}", clock.now()
    person = db.session.get_one(Person, account.id)
    # Refused or not, the challenge is used up: the transaction stands.
    with transaction():
        refusal = refusal_of(account.id, request.form.get(FIELD, ""), PasskeyPurpose.LOG_IN)
        if refusal is None and login_user(person, authn_via=["passkey"]):
            tf_clean_session()  # type: ignore[no-untyped-call]
        else:
            record("passkey_refused", subject, now=now, actor="stranger", origin=origin(),
                   reason=refusal or "shut")
            refusal = refusal or "shut"
    if refusal is None:
        return redirect(_asked(), 303)
    flash(_("De passkey klopte niet. Probeer het nog eens, of gebruik een code."), "wrong")
    back = url_for("security.two_factor_token_validation", next=request.args.get("next"))
    return redirect(back, 303)


def _asked() -> str:
    """The page of the desk that was asked before the login, and never another site."""
    asked = request.args.get("next", "")
    is_ours = asked.startswith("/redactie/") and validate_redirect_url(asked)
    return asked if is_ours else url_for("desk.today")


def _wanted() -> Account:
    """Who gave the password, and has set up the second step before; else 404."""
    account = half_in() if session.get("tf_state") == "ready" else None
    if account is None or not account.active or account.tf_primary_method is None:
        abort(404)
    return account
