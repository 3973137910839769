"""Today: what asks for attention, what comes next, what left last, and whether all works."""

from datetime import datetime
from typing import NamedTuple

from flask import render_template

from newsletter import clock
from newsletter.accounts.models import RoleName
from newsletter.deliveries.alarm import open_alarms
from newsletter.digests.models import DigestSlot
from newsletter.digests.queries import coming_slots, slot_before
from newsletter.editions.queries import next_edition
from newsletter.mailings.ledger_queries import ledgers_of
from newsletter.mailings.queries import list_mailings
from newsletter.web.desk.attention import (
    digests,
    editions,
    health,
    proposals,
    readers,
    sending,
    store,
)
from newsletter.web.desk.attention.line import in_order
from newsletter.web.desk.names import mailing_name, mailing_state, slot_name
from newsletter.web.desk.next_edition import MOST_MISSING, shown
from newsletter.web.desk.roles import may

LAST_MAILINGS = 5
NEXT_SLOTS = 3


class Slot(NamedTuple):
    """A slot to come and its name; the first of its rhythm tells how many got the last that left.

    `readers_before` is none for the others, and when nothing left yet.
    """

    slot: DigestSlot
    name: str
    readers_before: int | None


def page() -> str:
    """GET /redactie/: the desk's first page."""
    now = clock.now()
    edition, alarms = next_edition(now), open_alarms()
    mailings = ledgers_of(list_mailings(LAST_MAILINGS))
    is_editor = may(RoleName.EDITOR)
    parts = health.parts(alarms, now) if is_editor else []
    return render_template(
        "pages/desk/today.html",
        attention=in_order([
            *sending.lines(alarms, mailings),
            *editions.lines(edition, now),
            *digests.lines(now),
            *readers.lines(now),
            *proposals.lines(now),
            *store.lines(now),
        ]),
        # Who sees only a partner's articles is told how much is missing, not of which articles.
        following=shown(edition, now, most=MOST_MISSING if is_editor else 0) if edition else None,
        slots=_slots(now),
        mailings=[(mailing, mailing_name(mailing), mailing_state(mailing), ledger)
                  for mailing, ledger in mailings],
        parts=parts,
        worst=health.worst(parts),
        now=now,
    )


def _slots(now: datetime) -> list[Slot]:
    """The next ones; how many readers are due is reckoned on the page of each."""
    coming = coming_slots(now, limit=NEXT_SLOTS)
    first = {slot.cadence: slot for slot in reversed(coming)}
    before = {slot.id: slot_before(slot) for slot in first.values()}
    return [Slot(slot, slot_name(slot),
                 found.readers_due if (found := before.get(slot.id)) else None)
            for slot in coming]
