"""Check the answer of a passkey: signed here, now, for this, by a key of this account."""

from datetime import datetime

from sqlalchemy import select
from webauthn import verify_authentication_response
from webauthn.helpers import parse_authentication_credential_json, parse_client_data_json
from webauthn.helpers.exceptions import WebAuthnException

from newsletter.accounts.ask_passkey import Site, take_challenge
from newsletter.accounts.passkey_models import Passkey, PasskeyPurpose
from newsletter.extensions import db

LONGEST_ANSWER = 16_384  # characters
# What a browser or who plays one may send: the library's own faults, and those of what it reads by.
UNREADABLE = (WebAuthnException, ValueError, KeyError, TypeError, AttributeError, RecursionError)


def check_passkey(
    account_id: int, answer: str, *, purpose: PasskeyPurpose, site: Site, now: datetime
) -> str | None:
    """None when it is right, else why not: `unreadable`, `no_challenge`, `unknown`, `not_right`.

    `answer` is the browser's, as JSON. The challenge is used up either way: keep the transaction.
    Web Authentication Level 3, §7.2; whose passkey it is, was seen to by its owner (PIN, finger).
    """
    if len(answer) > LONGEST_ANSWER:
        return "unreadable"
    try:
        credential = parse_authentication_credential_json(answer)
        challenge = parse_client_data_json(credential.response.client_data_json).challenge
    except UNREADABLE:
        return "unreadable"
    if not take_challenge(challenge, account_id=account_id, purpose=purpose, now=now):
        return "no_challenge"
    # Whoever uses a passkey waits for who uses the same one: its count only goes up.
    passkey = db.session.scalar(
        select(Passkey)
        .where(Passkey.credential_id == credential.raw_id, Passkey.account_id == account_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if passkey is None:
        return "unknown"
    try:
        verified = verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except UNREADABLE:
        return "not_right"
    passkey.sign_count = verified.new_sign_count
    passkey.used_at = now
    return None
