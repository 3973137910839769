"""Prepare a slot: hold it, put a line on top, leave articles out or pin them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, insert

from newsletter.articles.drafts import text_fault
from newsletter.articles.queries import articles_by_id
from newsletter.digests.models import LONGEST_LINE, DigestSlot, SlotArticle, Treatment
from newsletter.digests.queries import get_slot
from newsletter.digests.select import LIMIT
from newsletter.errors import BadInput, WrongState
from newsletter.extensions import db


@dataclass(frozen=True)
class Prepared:
    """What an editor wants of a slot; `line` is plain text of one paragraph.

    An article that is left out is not due in this slot: it is not shown and not covered, and waits
    for the next slot of the cadence as if it were not yet released.
    """

    is_held: bool = False
    line: str = ""
    treated: Mapping[int, Treatment] = field(default_factory=dict)


def prepare(slot_id: int, wanted: Prepared, *, revision: int, now: datetime) -> DigestSlot:
    """Let the slot be exactly so; the slot.

    `revision` is the one that the editor had before him. Of a slot that waits already `is_held` is
    not looked at: only a release lets it go. Raises NotFound; BadInput at `line` (too_long,
    control_character), `pinned` (too_many), `articles` (unknown) or `revision` (saved_meanwhile);
    WrongState when the slot is neither to come nor waits.
    """
    line = one_paragraph(wanted.line)
    if reason := text_fault(line, longest=LONGEST_LINE, needed=False):
        raise BadInput("line", reason)
    if sum(each is Treatment.PINNED for each in wanted.treated.values()) > LIMIT:
        raise BadInput("pinned", "too_many")
    if len(articles_by_id(list(wanted.treated))) != len(wanted.treated):
        raise BadInput("articles", "unknown")
    slot = get_slot(slot_id, lock=True)
    if not slot.is_open(now):
        raise WrongState(slot.status.value)
    if slot.revision != revision:
        raise BadInput("revision", "saved_meanwhile")
    slot.is_held = wanted.is_held or slot.is_waiting(now)
    slot.editorial_line = line
    slot.revision += 1
    _treat(slot, wanted.treated)
    db.session.flush()
    return slot


def one_paragraph(text: str) -> str:
    """The text with every line break and run of spaces as one space."""
    return " ".join(text.split())


def _treat(slot: DigestSlot, treated: Mapping[int, Treatment]) -> None:
    db.session.execute(delete(SlotArticle).where(SlotArticle.slot_id == slot.id))
    if treated:
        db.session.execute(insert(SlotArticle), [
            {"slot_id": slot.id, "article_id": article_id, "treatment": treatment}
            for article_id, treatment in sorted(treated.items())
        ])
