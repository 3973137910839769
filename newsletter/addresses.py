"""E-mail addresses: validate, normalise, mask and hash."""

import hashlib
import hmac
import unicodedata

from email_validator import EmailNotValidError, validate_email

from newsletter.errors import BadAddress

LONGEST_LOCAL = 64  # octets, RFC 5321 §4.5.3.1.1
LONGEST = 254  # octets, RFC 5321 §4.5.3.1.3 less the angle brackets
# Domains under which a provider keeps one mailbox for one name, each with the one we count under.
_TWINS = {
    "googlemail.com": "gmail.com",
    "mac.com": "icloud.com",
    "me.com": "icloud.com",
    "pm.me": "proton.me",
    "protonmail.com": "proton.me",
}


def check(typed: str) -> str:
    """The address as typed, trimmed, when we can write to it.

    Never silently changed: case and dots of the local part stay as they were; only the domain
    is put in lower case, which DNS holds equal (RFC 4343). No DNS is asked.
    Raises BadAddress (RFC 5321, 5322, 6531).
    """
    address = typed.strip()
    if not address:
        raise BadAddress("empty")
    if any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") for c in address):
        raise BadAddress("control_character")
    if len(address.encode()) > LONGEST:
        raise BadAddress("too_long")
    try:
        found = validate_email(
            address,
            check_deliverability=False,
            allow_quoted_local=True,
            allow_domain_literal=False,
        )
    except EmailNotValidError as error:
        raise BadAddress("no_at" if "@" not in address else "malformed") from error
    local = found.local_part
    normal = f"{local}@{found.domain}"
    if len(local.encode()) > LONGEST_LOCAL:
        raise BadAddress("local_too_long")
    if len(normal.encode()) > LONGEST:
        raise BadAddress("too_long")
    return normal


def identity_of(address: str) -> str:
    """The form in which two spellings of one address are equal: lower case, NFC.

    The local part is case-sensitive by RFC 5321 §2.4, but no receiver of note keeps two people
    apart by case, and a reader who types a capital must not become a second subscriber. Lower
    case and no more: case folding would make one of ß and ss, which are two names (RFC 5892).
    """
    return unicodedata.normalize("NFC", address).lower()


def mailbox_of(address: str) -> str:
    """The mailbox that plus-tags, dots, case and twin domains of one address share.

    Only for limits (W05): there it does no harm to take two people for one.
    """
    local, _, domain = identity_of(address).rpartition("@")
    # Quotes are spelling, no part of the name (RFC 5321 §4.1.2).
    name = local.replace('"', "").split("+", 1)[0].replace(".", "")
    return f"{name}@{_TWINS.get(domain, domain)}"


def mailbox_spellings(mailbox: str) -> tuple[str, ...]:
    """The mailbox, and as it may stand in a row from before its domain was known as a twin."""
    name, _, domain = mailbox.rpartition("@")
    return (mailbox, *(f"{name}@{twin}" for twin, under in _TWINS.items() if under == domain))


def mask(address: str) -> str:
    """The address as a stranger may see it: first letter and domain (`j…@gemeente.example`)."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}"


def salted_hash(address: str, *, salt: bytes) -> str:
    """Hex HMAC-SHA-256 of the address's identity under one person's own salt (consent ledger)."""
    return hmac.new(salt, identity_of(address).encode(), hashlib.sha256).hexdigest()
