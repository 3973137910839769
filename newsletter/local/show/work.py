"""The proof-of-work of an address form, done as a browser's script does it (ALTCHA, SHA-256)."""

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any


def work(given: Mapping[str, Any]) -> str:
    """What goes into the form's field for a challenge; empty when no number fits."""
    for number in range(given["maxnumber"] + 1):
        if hashlib.sha256(f"{given['salt']}{number}".encode()).hexdigest() == given["challenge"]:
            names = ("algorithm", "challenge", "salt", "signature")
            said = {name: given[name] for name in names} | {"number": number}
            return base64.b64encode(json.dumps(said).encode()).decode()
    return ""
