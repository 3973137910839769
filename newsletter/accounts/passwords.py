"""Passwords: what is good enough, and how they are kept (argon2id, RFC 9106)."""

import unicodedata
from collections.abc import Iterable

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from newsletter.accounts.guessable import is_guessable
from newsletter.errors import BadInput

SHORTEST, LONGEST = 12, 256  # ASVS 5.0, 6.2.1 and 6.2.9: no rules on what is in it

_hasher = PasswordHasher()


def hash_password(password: str, *, about: Iterable[str]) -> str:
    """The argon2id hash, as the desk's login verifies it. Raises BadInput at `password`.

    `about` is what others know of whose it is, the name and the address: it is no such word.
    """
    if len(password) < SHORTEST:
        raise BadInput("password", "too_short")
    if len(password) > LONGEST:
        raise BadInput("password", "too_long")
    if is_guessable(password, about=about):
        raise BadInput("password", "guessable")
    # The login puts what is typed in the same form (NFKD) before it compares.
    return _hasher.hash(unicodedata.normalize("NFKD", password))


def is_password(typed: str, kept: str | None) -> bool:
    """Whether what was typed is the password of this hash; never of an account without one."""
    if kept is None or len(typed) > LONGEST:
        return False
    try:
        return _hasher.verify(kept, unicodedata.normalize("NFKD", typed))
    except (InvalidHashError, VerificationError):
        return False
