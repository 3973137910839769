"""TLSA records: a certificate as DANE publishes it, and whether a record fits it."""

import hashlib

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import Certificate

DANE_TA, DANE_EE = 2, 3  # the only usages that SMTP knows (RFC 7672 §3.1.3)
WHOLE, PUBLIC_KEY = 0, 1
_DIGESTS = {1: hashlib.sha256, 2: hashlib.sha512}


def name_for(host: str) -> str:
    """Where the record of a host that takes mail on port 25 stands (RFC 6698 §3)."""
    return f"_25._tcp.{host}"


def record(certificate: Certificate) -> str:
    """`3 1 1`: the digest of the public key, which outlives a renewal that keeps the key."""
    return f"{DANE_EE} {PUBLIC_KEY} 1 {_associated(certificate, PUBLIC_KEY, 1).hex()}"


def is_for_smtp(*, usage: int, selector: int, matching: int) -> bool:
    """Whether a sender can use such a record (RFC 7672 §3.1)."""
    return (usage in (DANE_TA, DANE_EE) and selector in (WHOLE, PUBLIC_KEY)
            and matching in (0, *_DIGESTS))


def fits(certificate: Certificate, *, usage: int, selector: int, matching: int,
         associated: bytes) -> bool:
    """Whether a usable record names this certificate itself (RFC 6698 §2.1)."""
    return usage == DANE_EE and _associated(certificate, selector, matching) == associated


def _associated(certificate: Certificate, selector: int, matching: int) -> bytes:
    der = certificate.public_bytes(Encoding.DER) if selector == WHOLE else (
        certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    return _DIGESTS[matching](der).digest() if matching in _DIGESTS else der
