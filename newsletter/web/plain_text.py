"""Plain text on a page: its web addresses as links."""

import re

from markupsafe import Markup, escape

_ADDRESS = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)\]']")


def with_links(text: str) -> Markup:
    """Plain text with its web addresses as links, everything else escaped."""
    parts, end = [], 0
    for found in _ADDRESS.finditer(text):
        address = escape(found[0])
        parts += [escape(text[end : found.start()]),
                  Markup('<a href="{0}" rel="noopener">{0}</a>').format(address)]
        end = found.end()
    return Markup("").join([*parts, escape(text[end:])])
