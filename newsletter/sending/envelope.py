"""The names that the outside sees of a delivery: Message-ID and return path, both keyed."""

from datetime import datetime
from functools import lru_cache

from newsletter.tokens import Signer


def message_id_in_mailing(
    mailing_key: str, subscriber_id: int, *, signer: Signer, domain: str, key_id: str = "",
    correction: int = 0,
) -> str:
    """The Message-ID with its angle brackets: keyed, not guessable, no address in it (M07).

    By mailing and reader, so that a mailing that is planned anew after a restore keeps it (R23);
    and by the correction that gave it its text, for another text is another mail. `key_id` names
    the secret key (`Signer.present`); empty means the present one.
    """
    text = f" {correction}" if correction else ""
    return _message_id(f"{mailing_key} {subscriber_id}{text}", signer, domain, key_id)


def message_id_of_single(
    delivery_id: int, created_at: datetime, *, signer: Signer, domain: str, key_id: str = ""
) -> str:
    """The same for a single mail: by row and moment, as a restored database uses a row twice."""
    return _message_id(f"{delivery_id} {_stamp(created_at)}", signer, domain, key_id)


def return_path(
    delivery_id: int, created_at: datetime, *, signer: Signer, bounce_domain: str, key_id: str = ""
) -> str:
    """The envelope's sender: `b<id>-<token>`, a token of 80 bits, in letters that survive any
    change of case; at most 41 octets before the @ (M08, RFC 5321 §4.5.3.1.1).
    """
    message = f"{delivery_id} {_stamp(created_at)}".encode()
    token = signer.digest("return-path", message, size=10, key_id=key_id)
    return f"b{delivery_id}-{token.hex()}@{bounce_domain}"


def _message_id(message: str, signer: Signer, domain: str, key_id: str) -> str:
    name = signer.digest("message-id", message.encode(), size=16, key_id=key_id)
    return f"<{name.hex()}@{domain}>"


@lru_cache(maxsize=64)  # all deliveries of a mailing carry one moment
def _stamp(moment: datetime) -> int:
    """The moment in microseconds, as PostgreSQL keeps it."""
    return int(moment.timestamp() * 1_000_000 + 0.5)
