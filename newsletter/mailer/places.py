"""Places: names inside a mail that are filled in later, for a variant or for one reader.

A place is written as its name between two unit separators (U+001F). No text of a person can hold
that sign, because `plain.clean` takes every control character out of what people type.
"""

import re

from newsletter.errors import MailError

SIGN = "\x1f"

# Known when a variant is made: the same for all who share it.
VARIANT_PLACES = ("subject", "preheader", "why")
# Known when one reader's mail is joined. Only the token is a place: the address before it is text.
READER_PLACES = (
    "manage_token",
    "leave_token",
    "confirm_token",
    "personal_token",
    "confirm_address_token",
    "undo_address_token",
    "invitation_token",
)

LONGEST_TOKEN = 75  # so that token and soft line break fit in the 76 of RFC 2045 §6.7

PATTERN = re.compile(r"\x1f([a-z_]+)\x1f")
BYTES_PATTERN = re.compile(rb"\x1f([a-z_]+)\x1f")

_TOKEN = re.compile(rf"[A-Za-z0-9_-]{{1,{LONGEST_TOKEN}}}")


def place(name: str) -> str:
    """The place of that name, as text."""
    return f"{SIGN}{name}{SIGN}"


def token(value: str) -> bytes:
    """A reader's token as bytes that need no encoding anywhere in a mail.

    Raises MailError when it is not URL-safe base64 of at most 75 characters.
    """
    if not _TOKEN.fullmatch(value):
        raise MailError("a token must be 1 to 75 characters of URL-safe base64")
    return value.encode("ascii")


def split(body: bytes) -> tuple[tuple[bytes, ...], tuple[str, ...]]:
    """The stretches between the open places, and the names of these places, in order.

    There is always one stretch more than there are names.
    """
    parts = BYTES_PATTERN.split(body)
    return tuple(parts[::2]), tuple(name.decode("ascii") for name in parts[1::2])
