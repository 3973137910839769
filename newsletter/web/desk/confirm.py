"""Acts of weight ask the second factor again, unless it was given just now (S05)."""

from flask import render_template, request
from flask_security import current_user

from newsletter import clock
from newsletter.accounts.audit import record
from newsletter.accounts.models import AccountSession
from newsletter.accounts.passkey_models import PasskeyPurpose
from newsletter.accounts.session_queries import is_fresh
from newsletter.transaction import transaction
from newsletter.web.origin import origin
from newsletter.web.passkeys import FIELD, has_passkeys, refusal_of
from newsletter.web.second_factor import takes_code

CODE = "second_factor_code"
SIGNED = f"second_factor_{FIELD}"


def ask(found: AccountSession) -> tuple[str, int] | None:
    """None when the act may go on; else the page that asks for a code and sends all again."""
    now = clock.now()
    if is_fresh(found, now=now):
        return None
    typed, signed = request.form.get(CODE), request.form.get(SIGNED)
    if typed is not None and _take(found, typed):
        return None
    if signed is not None and _take_passkey(found, signed):
        return None
    return render_template(
        "pages/desk/confirm.html",
        name=CODE,
        signed=SIGNED if has_passkeys(current_user.id) else None,
        is_refused=typed is not None,
        is_passkey_refused=signed is not None,
        kept=[each for each in request.form.items(multi=True) if each[0] not in
              (CODE, SIGNED, "csrf_token")],
    ), 403


def _take(found: AccountSession, typed: str) -> bool:
    now, account_id = clock.now(), current_user.id
    with transaction():
        is_right = takes_code(typed)
        if is_right:
            found.second_factor_at = now
        record("confirm" if is_right else "code_refused", f"account:{account_id}", now=now,
               account_id=account_id, origin=origin())
    return is_right


def _take_passkey(found: AccountSession, signed: str) -> bool:
    now, account_id = clock.now(), current_user.id
    with transaction():
        refusal = refusal_of(account_id, signed, PasskeyPurpose.CONFIRM)
        details = {"reason": refusal} if refusal else {"by": FIELD}
        if refusal is None:
            found.second_factor_at = now
        record("passkey_refused" if refusal else "confirm", f"account:{account_id}", now=now,
               account_id=account_id, origin=origin(), **details)
    return refusal is None
