"""Name a passkey, so that its owner knows which one to take away."""

import unicodedata

from newsletter.accounts.passkey_models import Passkey
from newsletter.errors import BadInput

LONGEST_NAME = 60


def name_passkey(passkey: Passkey, name: str) -> None:
    """Raises BadInput at `name`."""
    passkey.name = checked_name(name)


def checked_name(name: str) -> str:
    """The name without spaces around it. Raises BadInput at `name`."""
    name = name.strip()
    if not name:
        raise BadInput("name", "empty")
    if len(name) > LONGEST_NAME:
        raise BadInput("name", "too_long_name")
    if any(unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp") for letter in name):
        raise BadInput("name", "control_character")
    return name
