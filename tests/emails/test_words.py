"""The words of the mails: complete in both languages."""

import re
from typing import Any

import pytest

from newsletter.deliveries.models import MailKind
from newsletter.emails.kinds import KINDS
from newsletter.emails.words import TEMPLATES, read


def flat(table: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            found |= flat(value, f"{prefix}{key}.")
        else:
            found[prefix + key] = value
    return found


def places(value: Any) -> list[str]:
    return sorted(re.findall(r"{\w*}", value)) if isinstance(value, str) else []


@pytest.mark.parametrize("kind", MailKind)
def test_dutch_and_english_have_the_same_words_with_the_same_places(kind: MailKind) -> None:
    dutch, english = (flat(read(kind)[language]) for language in ("nl", "en"))
    assert dutch.keys() == english.keys()
    for key, value in dutch.items():
        assert places(value) == places(english[key]), key


@pytest.mark.parametrize("kind", MailKind)
def test_every_kind_has_its_folder_and_its_row(kind: MailKind) -> None:
    assert kind in KINDS
    for name in ("subject.txt", "body.mjml", "body.txt", "words.toml"):
        assert (TEMPLATES / kind / name).is_file()


def test_no_word_is_left_unused() -> None:
    emails = TEMPLATES.parents[1] / "newsletter" / "emails"
    sources = [*TEMPLATES.rglob("*.mjml"), *TEMPLATES.rglob("*.txt"), *emails.glob("*.py")]
    used = "".join(path.read_text(encoding="utf-8") for path in sources)
    for kind in MailKind:
        for key in read(kind)["nl"]:
            assert re.search(rf"words\.{key}\b", used), key


def test_there_are_no_exclamation_marks() -> None:
    for kind in MailKind:
        for language in ("nl", "en"):
            assert "!" not in " ".join(map(str, flat(read(kind)[language]).values()))
