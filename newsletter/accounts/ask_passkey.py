"""Ask for a passkey: a challenge that is good once, for one account and one purpose."""

import hashlib
import ipaddress
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import delete
from webauthn import generate_authentication_options, options_to_json
from webauthn.helpers.structs import (
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    UserVerificationRequirement,
)

from newsletter.accounts.passkey_models import Passkey, PasskeyChallenge, PasskeyPurpose
from newsletter.accounts.passkey_queries import passkeys_of
from newsletter.extensions import db

LIFETIME = timedelta(minutes=5)
_TRANSPORTS = {one.value for one in AuthenticatorTransport}


@dataclass(frozen=True)
class Site:
    """For whom passkeys are: the host that browsers bind them to, and the origin of its pages."""

    host: str
    origin: str


def site_of(public_url: str) -> Site | None:
    """The site at this address; None under an IP address, for which no browser keeps passkeys."""
    parts = urlsplit(public_url)
    host = parts.hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return Site(host, f"{parts.scheme}://{parts.netloc}") if host else None
    return None


def ask_passkey(
    account_id: int, purpose: PasskeyPurpose, *, site: Site, now: datetime
) -> str:
    """What a browser needs to ask one of the account's passkeys, as JSON. `now` is aware."""
    return options_to_json(generate_authentication_options(
        rp_id=site.host,
        challenge=make_challenge(account_id, purpose, now=now),
        timeout=int(LIFETIME.total_seconds() * 1000),
        allow_credentials=descriptors_of(account_id),
        user_verification=UserVerificationRequirement.REQUIRED,
    ))


def make_challenge(account_id: int, purpose: PasskeyPurpose, *, now: datetime) -> bytes:
    """A random number, good for five minutes; those whose time is over go."""
    db.session.execute(delete(PasskeyChallenge).where(PasskeyChallenge.until <= now)
                       .execution_options(synchronize_session=False))
    challenge = secrets.token_bytes(32)
    db.session.add(PasskeyChallenge(challenge_hash=_hash_of(challenge), account_id=account_id,
                                    purpose=purpose, until=now + LIFETIME))
    db.session.flush()
    return challenge


def take_challenge(
    challenge: bytes, *, account_id: int, purpose: PasskeyPurpose, now: datetime
) -> bool:
    """Whether it was made for this and is not over; nobody can take it again."""
    taken = db.session.scalar(
        delete(PasskeyChallenge)
        .where(PasskeyChallenge.challenge_hash == _hash_of(challenge),
               PasskeyChallenge.account_id == account_id,
               PasskeyChallenge.purpose == purpose, PasskeyChallenge.until > now)
        .returning(PasskeyChallenge.challenge_hash)
        .execution_options(synchronize_session=False)
    )
    return taken is not None


def descriptors_of(account_id: int) -> list[PublicKeyCredentialDescriptor]:
    """The account's passkeys as a browser looks for them."""
    return [_descriptor(one) for one in passkeys_of(account_id)]


def _descriptor(passkey: Passkey) -> PublicKeyCredentialDescriptor:
    known = [AuthenticatorTransport(one) for one in passkey.transports if one in _TRANSPORTS]
    return PublicKeyCredentialDescriptor(id=passkey.credential_id, transports=known or None)


def _hash_of(challenge: bytes) -> str:
    return hashlib.sha256(challenge).hexdigest()
