"""Showing a frozen variant to everyone: for the public archive, the desk's preview and checks.

The bytes are those that were sent; only the personal links are led to the page on which a reader
asks for a link of her own.
"""

import quopri
from collections.abc import Mapping, Sequence
from html import escape

from newsletter.emails.urls import Urls
from newsletter.mailer import places
from newsletter.mailer.plain import clean, wrap


def as_html(blocks: Sequence[bytes], *, values: Mapping[str, str], urls: Urls) -> str:
    """The HTML of encoded blocks; `values` are the variant's subject, preheader and why.

    To be shown in a sandboxed frame or as a page of its own with a strict policy.
    """
    escaped = {name: escape(clean(value)) for name, value in values.items()}
    return _shown(blocks, values=escaped, urls=urls)


def as_text(blocks: Sequence[bytes], *, values: Mapping[str, str], urls: Urls) -> str:
    """The plain text of encoded blocks, with line feeds."""
    wrapped = {name: wrap(clean(value)) for name, value in values.items()}
    return _shown(blocks, values=wrapped, urls=urls)


def _shown(blocks: Sequence[bytes], *, values: Mapping[str, str], urls: Urls) -> str:
    text = quopri.decodestring(b"".join(blocks)).decode().replace("\r\n", "\n")
    for personal in urls.reader_places:
        text = text.replace(str(personal), urls.manage_request)
    return places.PATTERN.sub(lambda match: values.get(match[1], ""), text)
