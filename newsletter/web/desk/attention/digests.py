"""What of the digests asks for a person: those that are held and whose moment came."""

from collections.abc import Iterator
from datetime import datetime

from flask import url_for

from newsletter.accounts.models import RoleName
from newsletter.digests.queries import waiting_slots
from newsletter.web.dates import moment_in_words
from newsletter.web.desk.attention.line import Line
from newsletter.web.desk.names import slot_name
from newsletter.web.desk.said import _
from newsletter.web.languages import current_language


def lines(now: datetime) -> Iterator[Line]:
    """A line for each."""
    for slot in waiting_slots(now):
        yield Line(
            "mind",
            _("%(name)s wacht op vrijgave", name=slot_name(slot)),
            _("Het moment was %(when)s.", when=moment_in_words(slot.slot_at, current_language())),
            url_for("desk.slot", slot_id=slot.id),
            _("Bekijk en geef vrij"),
            RoleName.EDITOR,
        )
