"""Ed25519 signatures that anybody can check without us (RFC 8032)."""

import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ALGORITHM = "Ed25519"


@dataclass(frozen=True)
class SigningKey:
    """A key made of 32 bytes that stay secret; the same bytes give the same key."""

    _private: Ed25519PrivateKey

    @classmethod
    def of(cls, seed: bytes) -> "SigningKey":
        """The key of these 32 bytes."""
        return cls(Ed25519PrivateKey.from_private_bytes(seed))

    @property
    def public(self) -> str:
        """What others check with: 64 hex digits."""
        return self._private.public_key().public_bytes_raw().hex()

    def sign(self, message: bytes) -> str:
        """The signature: 128 hex digits, the same each time."""
        return self._private.sign(message).hex()


def is_public_key(text: str) -> bool:
    """Whether this is a public key as `SigningKey.public` writes it."""
    return re.fullmatch(r"[0-9a-f]{64}", text) is not None


def is_signed(message: bytes, *, signature: str, public: str) -> bool:
    """Whether the key with this public half signed the message; False for what is no signature."""
    if not is_public_key(public) or not re.fullmatch(r"[0-9a-f]{128}", signature):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(
            bytes.fromhex(signature), message
        )
    except (InvalidSignature, ValueError):  # ValueError: 32 bytes that are no point of the curve
        return False
    return True
