"""Which addresses elsewhere an edition leads to: of its editorial and of its articles."""

import re
from functools import lru_cache
from typing import NamedTuple

from newsletter.editions.models import Edition
from newsletter.fetching.fetch import LONGEST_ADDRESS
from newsletter.markdown import parser

MOST_LINKS = 100  # of one edition that are tried
_MARKDOWN = parser()
_WEB = re.compile(r"https?://", re.IGNORECASE)


class Link(NamedTuple):
    """An address of the web, its words, and where it stands: a field's name or `article:<id>`."""

    address: str
    words: str
    at: str


def links_of(edition: Edition) -> list[Link]:
    """The links in reading order, as often as they stand there."""
    found = links_in(edition.editorial_md, at="editorial_md")
    for item in edition.items:
        article, at = item.article, f"article:{item.article_id}"
        found += links_in(article.body_md, at=at)
        if article.canonical_url:
            found.append(Link(article.canonical_url, article.title, at))
    return found


def addresses_in(edition: Edition) -> list[str]:
    """Each address that is tried once; what is too long for that is left out."""
    addresses = dict.fromkeys(link.address for link in links_of(edition))
    return [one for one in addresses if len(one) <= LONGEST_ADDRESS][:MOST_LINKS]


def links_in(markdown: str, *, at: str) -> list[Link]:
    """The links of a text with `http` or `https`."""
    return [Link(address, words, at) for address, words in _read(markdown)]


@lru_cache(maxsize=128)  # the composer asks for the same texts again and again
def _read(markdown: str) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for token in _MARKDOWN.parse(markdown):
        address, words = "", ""
        for one in token.children or ():
            if one.type == "link_open":
                address, words = str(one.attrGet("href") or ""), ""
            elif one.type == "link_close" and _WEB.match(address):
                found.append((address, words.strip()))
                address = ""
            else:
                words += one.content
    return tuple(found)
