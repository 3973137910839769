"""Golden mails: every kind in both languages, as it was last agreed.

`UPDATE_GOLDEN=1` writes them anew; look at what changed before committing.
"""

import os
import re
from pathlib import Path

import pytest

from newsletter.deliveries.models import MailKind
from newsletter.emails.words import LANGUAGES
from tests.emails.material import catch_up, html_of, mail_of, text_of

GOLDEN = Path(__file__).parent / "golden"


def compare(name: str, found: bytes) -> None:
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_bytes(found)
    assert found == path.read_bytes(), f"{name} changed"


def readable(html: str) -> bytes:
    """The HTML with each tag on a line, so that a change can be read."""
    return re.sub(r">\s*<", ">\n<", html.replace("\r\n", "\n")).encode()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", MailKind)
def test_a_mail_is_what_was_agreed(kind: MailKind, language: str) -> None:
    raw = mail_of(kind, language)
    compare(f"{kind}.{language}.html", readable(html_of(raw)))
    compare(f"{kind}.{language}.txt", text_of(raw).replace("\r\n", "\n").encode())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catch_up_is_what_was_agreed(language: str) -> None:
    raw = catch_up(language)
    compare(f"catch_up.{language}.html", readable(html_of(raw)))
    compare(f"catch_up.{language}.txt", text_of(raw).replace("\r\n", "\n").encode())


@pytest.mark.parametrize("kind", MailKind)
def test_a_message_is_byte_for_byte_what_was_agreed(kind: MailKind) -> None:
    compare(f"{kind}.eml", mail_of(kind, "nl"))


def test_no_golden_file_is_left_over() -> None:
    expected = {
        f"{kind}.{language}.{ending}"
        for kind in (*MailKind, "catch_up")
        for language in LANGUAGES
        for ending in ("html", "txt")
    }
    expected |= {f"{kind}.eml" for kind in MailKind}
    assert {path.name for path in GOLDEN.iterdir()} == expected
