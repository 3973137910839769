"""A feed's bytes, RSS or Atom, as what may become articles; hostile ones are refused (S09, S10).

Decoded here, so that nothing is read in an encoding that hides what it says. A feed that declares
entities of its own is refused whole: no feed needs them, and both bombs and peeking at files do.
"""

import re
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit

import feedparser

from newsletter.articles.drafts import (
    LONGEST_ADDRESS,
    LONGEST_BODY,
    LONGEST_NAME,
    LONGEST_SUMMARY,
    LONGEST_TITLE,
    MOST_AUTHORS,
    is_control,
)
from newsletter.articles.from_html import to_markdown, to_words
from newsletter.clock import AMSTERDAM
from newsletter.errors import FetchFailed
from newsletter.fetching.trouble import Trouble

MOST_ITEMS = 200  # of one look; the first that the feed gives
MOST_DEEP = 200  # elements inside each other
LONGEST_HTML = 400_000  # characters of one piece; what comes after is left out
_ENCODINGS = re.compile(r"utf-?8|utf-?16(le|be)?|us-?ascii|ascii|iso-?8859-?\d{1,2}|latin-?1|"
                        r"(windows|cp)-?125\d", re.IGNORECASE)
_SAID = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.-]{1,40})["']""")
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.-]{1,40})""", re.IGNORECASE)
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
# A feed begins with an element; what looks for one would read a long nothing before it many times.
_ELEMENT = re.compile(r"<\w")
FIRST_ELEMENT_WITHIN = 10_000  # characters
_ENTITY = re.compile(r"<!ENTITY", re.IGNORECASE)
_TAG = re.compile(r"<(/?)[A-Za-z_][^<>]*?(/?)>")
_TRACKING = re.compile(r"utm_\w+|fbclid|gclid|mc_[ce]id")
_OTHER_TYPES = re.compile(r"(image|audio|video|font)/|application/(pdf|zip|javascript)",
                          re.IGNORECASE)


@dataclass(frozen=True)
class Found:
    """One piece of a feed; `key` is the hash of what the feed calls it by.

    Without an address of its own, `address` is empty.
    """

    key: str
    address: str
    title: str
    summary: str
    body_md: str
    authors: tuple[str, ...]
    published_on: date | None


def read_feed(content: bytes, *, content_type: str, base: str) -> list[Found]:
    """The pieces of a feed that came from the address `base`, each once. Raises FetchFailed."""
    if _OTHER_TYPES.match(content_type.strip()):
        raise FetchFailed(Trouble.WRONG_TYPE, content_type.split(";")[0].strip()[:60])
    text = _decoded(content, content_type)
    if _ENTITY.search(text):
        raise FetchFailed(Trouble.ENTITIES)
    if not _ELEMENT.search(text, 0, FIRST_ELEMENT_WITHIN) or _depth(text) > MOST_DEEP:
        raise FetchFailed(Trouble.NO_FEED)
    # As a stream: bytes that happen to be a path or an address would be opened.
    feed = feedparser.parse(
        BytesIO(text.encode()),
        response_headers={"content-type": "application/xml; charset=utf-8",
                          "content-location": base},
        # We do both ourselves, and at once.
        sanitize_html=False, resolve_relative_uris=False,
    )
    if not feed.get("version"):
        raise FetchFailed(Trouble.NO_FEED)
    found = {one.key: one for one in (_found(entry, base) for entry in feed.entries[:MOST_ITEMS])}
    # An address that several pieces share is not any one's own.
    shared = Counter(one.address for one in found.values())
    return [replace(one, address="") if shared[one.address] > 1 else one for one in found.values()]


def canonical(address: str, base: str) -> str:
    """An address made whole and comparable: no fragment, no tracking, ASCII; or nothing."""
    try:
        parts = urlsplit(urljoin(base, address.strip()))
        host = (parts.hostname or "").encode("idna").decode("ascii")
        port = parts.port
    except (ValueError, UnicodeError):
        return ""
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc:
        return ""
    is_usual = port is None or (parts.scheme, port) in (("http", 80), ("https", 443))
    netloc = (f"[{host}]" if ":" in host else host) + ("" if is_usual else f":{port}")
    query = parts.query
    if any(_TRACKING.fullmatch(name) for name, _ in parse_qsl(query, keep_blank_values=True)):
        query = urlencode([pair for pair in parse_qsl(query, keep_blank_values=True)
                           if not _TRACKING.fullmatch(pair[0])])
    whole = urlunsplit((parts.scheme, netloc, quote(parts.path or "/", safe="/%:@!$&'()*+,;=~"),
                        quote(query, safe="/%:@!$&'()*+,;=?~"), ""))
    return whole if len(whole) <= LONGEST_ADDRESS else ""


def _decoded(content: bytes, content_type: str) -> str:
    named = next((name for bom, name in _BOMS if content.startswith(bom)), "")
    said = _CHARSET.search(content_type), _SAID.match(content)
    name = named or (said[0][1] if said[0] else said[1][1].decode() if said[1] else "utf-8")
    if not named and not _ENCODINGS.fullmatch(name):
        raise FetchFailed(Trouble.BAD_ENCODING, name[:40])
    try:
        text = content.decode(name)
    except (UnicodeDecodeError, LookupError) as error:
        raise FetchFailed(Trouble.BAD_ENCODING, name[:40]) from error
    if "\0" in text:
        raise FetchFailed(Trouble.BAD_ENCODING, name[:40])
    return text


def _depth(text: str) -> int:
    deepest = depth = 0
    for tag in _TAG.finditer(text):
        if tag[1]:
            depth -= 1
        elif not tag[2]:
            depth += 1
            deepest = max(deepest, depth)
    return deepest


def _found(entry: Any, base: str) -> Found:
    address = canonical(str(entry.get("link") or ""), base) if entry.get("link") else ""
    words = _line(to_words(str(entry.get("summary") or "")[:LONGEST_HTML]))
    full, within = max(
        ((str(one.get("value") or ""), str(one.get("base") or ""))
         for one in entry.get("content") or ()),
        key=lambda one: len(one[0]), default=("", ""))
    full = full[:LONGEST_HTML]
    body = to_markdown(full, base=within or address or base)[:LONGEST_BODY] if full else ""
    words = words or _line(to_words(full))
    title = _line(to_words(str(entry.get("title") or "")[:LONGEST_HTML])) or words or address
    names = [_line(to_words(str(one.get("name") or ""))) for one in entry.get("authors") or ()]
    called = str(entry.get("id") or address or title)
    return Found(
        key=sha256(called.encode("utf-8", "replace")).hexdigest(),
        address=address,
        title=_cut(title, LONGEST_TITLE),
        summary=_cut(words or title, LONGEST_SUMMARY),
        body_md="".join(one for one in body if one in "\n\t" or not is_control(one)).strip(),
        authors=tuple(_cut(name, LONGEST_NAME) for name in names if name)[:MOST_AUTHORS],
        published_on=_day(entry),
    )


def _line(text: str) -> str:
    return " ".join("".join(one for one in text if not is_control(one)).split())


def _cut(text: str, longest: int) -> str:
    """No longer than that, and then at the end of a word."""
    if len(text) <= longest:
        return text
    head = text[: longest - 1]
    return f"{head.rpartition(' ')[0] or head}…"


def _day(entry: Any) -> date | None:
    """The day in the Netherlands; a moment without a zone is of there."""
    for name in ("published", "updated", "created"):
        written = str(entry.get(name) or "").strip()
        moment = _moment(written) or _parsed(entry.get(f"{name}_parsed")) if written else None
        if moment is not None:
            return moment.astimezone(AMSTERDAM).date()
    return None


def _moment(written: str) -> datetime | None:
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(written)
            # RFC 5322 §3.3: -0000 is UTC of an unknown place.
            zone = moment.tzinfo or (UTC if written.endswith("-0000") else AMSTERDAM)
            aware = moment.replace(tzinfo=zone)
            aware.astimezone(UTC)
        except (ValueError, OverflowError, TypeError, IndexError):
            continue
        return aware
    return None


def _parsed(parts: Any) -> datetime | None:
    try:
        year, month, day, hour, minute, second = parts[:6]
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except (ValueError, TypeError):
        return None
