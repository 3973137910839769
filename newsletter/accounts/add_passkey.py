"""Add a passkey to an account, as a second factor beside its app."""

import hashlib
from datetime import datetime

from sqlalchemy import select
from webauthn import generate_registration_options, options_to_json, verify_registration_response
from webauthn.helpers import parse_client_data_json, parse_registration_credential_json
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from newsletter.accounts.ask_passkey import (
    LIFETIME,
    Site,
    descriptors_of,
    make_challenge,
    take_challenge,
)
from newsletter.accounts.check_passkey import LONGEST_ANSWER, UNREADABLE
from newsletter.accounts.models import Account
from newsletter.accounts.name_passkey import checked_name
from newsletter.accounts.passkey_models import Passkey, PasskeyPurpose
from newsletter.accounts.passkey_queries import count_passkeys
from newsletter.errors import BadInput
from newsletter.extensions import db

MOST = 10


def offer_passkey(account: Account, *, site: Site, magazine: str, now: datetime) -> str:
    """What a browser needs to make a passkey for the account, as JSON. `now` is aware."""
    return options_to_json(generate_registration_options(
        rp_id=site.host,
        rp_name=magazine,
        user_id=hashlib.sha256(f"{site.host} {account.id}".encode()).digest(),
        user_name=account.email,
        user_display_name=account.name,
        challenge=make_challenge(account.id, PasskeyPurpose.ADD, now=now),
        timeout=int(LIFETIME.total_seconds() * 1000),
        exclude_credentials=descriptors_of(account.id),
        authenticator_selection=AuthenticatorSelectionCriteria(
            # It comes after the password, so it need not know whose it is; sticks have little room.
            resident_key=ResidentKeyRequirement.DISCOURAGED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
    ))


def take_offer(account_id: int, answer: str, *, now: datetime) -> bytes:
    """The challenge that this answers, and that nobody can answer again. Raises BadInput.

    Keep the transaction before the answer is judged, so that a wrong one has used it up too.
    """
    if len(answer) > LONGEST_ANSWER:
        raise BadInput("passkey", "not_right")
    try:
        credential = parse_registration_credential_json(answer)
        challenge = parse_client_data_json(credential.response.client_data_json).challenge
    except UNREADABLE as error:
        raise BadInput("passkey", "not_right") from error
    if not take_challenge(challenge, account_id=account_id, purpose=PasskeyPurpose.ADD, now=now):
        raise BadInput("passkey", "too_late")
    return challenge


def add_passkey(
    account: Account, answer: str, *, challenge: bytes, name: str, site: Site, now: datetime
) -> Passkey:
    """The passkey that the browser made. Raises BadInput at `name` or `passkey`.

    `answer` is the browser's, as JSON; `challenge` comes from `take_offer`. Web Authentication
    Level 3, §7.1; who made it (attestation) is not asked.
    """
    name = checked_name(name)
    db.session.execute(select(Account.id).where(Account.id == account.id)
                       .with_for_update(key_share=True))
    if count_passkeys(account.id) >= MOST:
        raise BadInput("passkey", "too_many")
    try:
        credential = parse_registration_credential_json(answer)
        verified = verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except UNREADABLE as error:
        raise BadInput("passkey", "not_right") from error
    known = select(Passkey.id).where(Passkey.credential_id == verified.credential_id)
    if db.session.scalar(known) is not None:
        raise BadInput("passkey", "known")
    made = Passkey(
        account_id=account.id,
        credential_id=verified.credential_id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        transports=[one.value for one in credential.response.transports or ()],
        name=name,
        added_at=now,
        used_at=None,
    )
    db.session.add(made)
    db.session.flush()
    return made
