"""An article as it is typed, and what may be wrong with it."""

import unicodedata
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlsplit

from newsletter.articles.models import ArticleKind
from newsletter.errors import BadInput

LONGEST_TITLE = 200
LONGEST_NAME = 100
LONGEST_SUMMARY = 2_000
LONGEST_BODY = 100_000
LONGEST_ADDRESS = 2_000
LONGEST_ALT = 300
MOST_AUTHORS = 10
MOST_THEMES = 3
LAST_PAGE = 999
LANGUAGES = ("nl", "en")


@dataclass(frozen=True)
class Draft:
    """Everything about an article that a person writes; `subject` is whom an interview is with.

    `canonical_url` is where it stood first, when that was elsewhere.
    """

    kind: str
    title: str
    authors: tuple[str, ...]
    summary: str
    theme_ids: tuple[int, ...]
    subject: str = ""
    body_md: str = ""
    page: int | None = None
    language: str = "nl"
    published_on: date | None = None
    canonical_url: str = ""
    partner_id: int | None = None
    image_id: int | None = None
    image_alt: str = ""


def tidy(draft: Draft) -> Draft:
    """The draft with spaces around its texts gone and line ends made one."""
    return replace(
        draft,
        title=" ".join(draft.title.split(" ")).strip(),
        subject=draft.subject.strip(),
        authors=tuple(name.strip() for name in draft.authors if name.strip()),
        summary=_lines(draft.summary),
        body_md=_lines(draft.body_md),
        canonical_url=draft.canonical_url.strip(),
        image_alt=" ".join(draft.image_alt.split()),
        theme_ids=tuple(dict.fromkeys(draft.theme_ids)),
    )


def faults(draft: Draft) -> dict[str, str]:
    """For each field that cannot be taken, why: `empty`, `too_long`, `control_character`, …"""
    found = {
        "title": line_fault(draft.title, longest=LONGEST_TITLE, needed=True),
        "subject": line_fault(draft.subject, longest=LONGEST_NAME, needed=False),
        "authors": _authors_fault(draft.authors),
        "summary": text_fault(draft.summary, longest=LONGEST_SUMMARY, needed=True),
        "body_md": text_fault(draft.body_md, longest=LONGEST_BODY, needed=False),
        "kind": None if draft.kind in set(ArticleKind) else "unknown",
        "language": None if draft.language in LANGUAGES else "unknown",
        "theme_ids": _themes_fault(draft.theme_ids),
        "image_alt": line_fault(draft.image_alt, longest=LONGEST_ALT,
                                 needed=draft.image_id is not None),
        "canonical_url": address_fault(draft.canonical_url),
        "page": None if draft.page is None or 1 <= draft.page <= LAST_PAGE else "out_of_range",
    }
    return {field: reason for field, reason in found.items() if reason}


def check(draft: Draft) -> Draft:
    """The tidied draft. Raises BadInput at the first field that cannot be taken."""
    draft = tidy(draft)
    for field, reason in faults(draft).items():
        raise BadInput(field, reason)
    return draft


def text_fault(text: str, *, longest: int, needed: bool) -> str | None:
    """Why a text of several lines cannot be taken; line breaks and tabs may be in it."""
    if needed and not text:
        return "empty"
    if len(text) > longest:
        return "too_long"
    if any(is_control(letter) for letter in text if letter not in "\n\t"):
        return "control_character"
    return None


def line_fault(text: str, *, longest: int, needed: bool) -> str | None:
    """Why a text of one line cannot be taken."""
    if any(letter in "\n\t" for letter in text):
        return "control_character"
    return text_fault(text, longest=longest, needed=needed)


def _authors_fault(authors: tuple[str, ...]) -> str | None:
    if len(authors) > MOST_AUTHORS:
        return "too_many"
    for name in authors:
        if reason := line_fault(name, longest=LONGEST_NAME, needed=True):
            return reason
    return None


def _themes_fault(theme_ids: tuple[int, ...]) -> str | None:
    if not theme_ids:
        return "empty"
    return "too_many" if len(theme_ids) > MOST_THEMES else None


def address_fault(text: str) -> str | None:
    """Why an address of a page cannot be taken: http or https, a host, and nothing to log in by."""
    if not text:
        return None
    if len(text) > LONGEST_ADDRESS:
        return "too_long"
    try:
        parts = urlsplit(text)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return "no_address"
    is_plain = text.isprintable() and not any(letter in text for letter in ' "<>\\^`{|}')
    if not is_plain or parts.scheme not in ("http", "https") or not host or "@" in parts.netloc:
        return "no_address"
    return None


def is_control(letter: str) -> bool:
    """Whether a letter steers instead of being read."""
    # Cc and surrogates; also what turns the direction of the text around it (CVE-2021-42574).
    return unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") or letter in (
        "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    )


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()
