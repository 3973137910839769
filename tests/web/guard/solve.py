"""Honest work, and lies about it."""

import base64
import json
from typing import Any

from newsletter.local.show.work import work


def solve(given: dict[str, Any], **lies: Any) -> str:
    """What an honest browser puts into the field for a challenge, save for the lies."""
    said = json.loads(base64.b64decode(work(given)))
    return base64.b64encode(json.dumps(said | lies).encode()).decode()
