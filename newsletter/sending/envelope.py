"""The names that the outside sees of a delivery: Message-ID and return path, both keyed."""

import base64

from newsletter.tokens import Signer


def message_id(delivery_id: int, *, signer: Signer, domain: str) -> str:
    """The Message-ID with its angle brackets: keyed, not guessable, no address in it (M07)."""
    name = signer.digest("message-id", str(delivery_id).encode(), size=20)
    return f"<{_base32(name)}@{domain}>"


def return_path(delivery_id: int, *, signer: Signer, bounce_domain: str) -> str:
    """The envelope's sender: `b<id>-<token>`, a token of 80 bits, in letters that survive any
    change of case; at most 34 octets before the @ (M08, RFC 5321 §4.5.3.1.1).
    """
    token = signer.digest("return-path", str(delivery_id).encode(), size=10)
    return f"b{delivery_id}-{_base32(token)}@{bounce_domain}"


def _base32(raw: bytes) -> str:
    return base64.b32encode(raw).rstrip(b"=").decode().lower()
