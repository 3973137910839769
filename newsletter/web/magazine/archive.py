"""The mail of an edition as it was sent, without the personal links (promise 5)."""

import quopri
import re

from newsletter.mailer.places import PATTERN
from newsletter.mailings.models import Variant

# An address in a mail that ends in one reader's token; the archive leads to "ask for your link".
_PERSONAL = re.compile(r"(https?://[^\s\"'<>\x1f]*)/[a-z]+/\x1f[a-z]+_token\x1f")
ASK_LINK = "/mijn-link"


def as_sent(variant: Variant, blocks: list[bytes]) -> str:
    """The HTML of a variant from its frozen blocks, in their order."""
    html = quopri.decodestring(b"".join(blocks)).decode()
    html = _PERSONAL.sub(lambda found: found[1] + ASK_LINK, html)
    words = {"subject": variant.subject, "preheader": variant.preheader, "why": variant.why}
    return PATTERN.sub(lambda found: _escaped(words.get(found[1], "")), html)


def _escaped(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
