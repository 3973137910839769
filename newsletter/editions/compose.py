"""Compose an edition: its title, editorial, subject and preheader."""

from dataclasses import dataclass
from datetime import datetime

from newsletter.articles.drafts import text_fault
from newsletter.editions.change import begin_change, end_change
from newsletter.editions.models import Edition
from newsletter.editions.note_hand import note_hand
from newsletter.errors import BadInput

LONGEST_LINE = 200
LONGEST_EDITORIAL = 20_000
GOOD_SUBJECT = 60  # what a telephone shows
GOOD_PREHEADER = 90  # what most inboxes show of it


@dataclass(frozen=True)
class Texts:
    """What an editor writes himself; `editorial_md` is Markdown, the others are one line each."""

    title: str
    subject: str
    preheader: str
    editorial_md: str


def compose(
    edition: Edition, texts: Texts, *, revision: int, by: int, now: datetime
) -> None:
    """Write the edition's texts; `by` is the account that does.

    `revision` is the one that the writer had before him. Raises BadInput at the field that cannot
    be taken, or at `revision` when someone saved in between; WrongState when the edition has
    left; EditionNotReady when it is scheduled and would miss something.
    """
    texts = tidy(texts)
    for field, reason in faults(texts).items():
        raise BadInput(field, reason)
    begin_change(edition, revision=revision)
    edition.title = texts.title
    edition.subject = texts.subject
    edition.preheader = texts.preheader
    edition.editorial_md = texts.editorial_md
    note_hand(edition, by, now=now)
    end_change(edition)


def tidy(texts: Texts) -> Texts:
    """The texts with spaces around them gone and line ends made one."""
    editorial = texts.editorial_md.replace("\r\n", "\n").replace("\r", "\n").strip()
    return Texts(texts.title.strip(), texts.subject.strip(), texts.preheader.strip(), editorial)


def faults(texts: Texts) -> dict[str, str]:
    """For each field that cannot be taken, why."""
    lines = {"title": texts.title, "subject": texts.subject, "preheader": texts.preheader}
    found = {field: _line_fault(text) for field, text in lines.items()}
    found["editorial_md"] = text_fault(texts.editorial_md, longest=LONGEST_EDITORIAL, needed=False)
    return {field: reason for field, reason in found.items() if reason}


def _line_fault(text: str) -> str | None:
    if "\n" in text or "\t" in text:
        return "control_character"
    return text_fault(text, longest=LONGEST_LINE, needed=False)
