"""What of readers asks for a person: their requests, and lists that wait for a judgement."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from flask import url_for

from newsletter import clock
from newsletter.accounts.models import RoleName
from newsletter.subscribers.import_queries import imports_to_decide
from newsletter.subscribers.request_queries import count_open, count_urgent
from newsletter.web.dates import figures
from newsletter.web.desk.attention.line import Line
from newsletter.web.desk.said import _, ngettext
from newsletter.web.languages import current_language


def lines(now: datetime) -> Iterator[Line]:
    """All of it, for a publisher."""
    for one in _requests(now):
        yield replace(one, href=url_for("desk.requests"), link=_("Bekijk de verzoeken"),
                      role=RoleName.PUBLISHER)
    for each in imports_to_decide():
        count = figures(each.rows, current_language())
        yield Line("mind", _("Een lijst met lezers wacht op je oordeel"),
                   ngettext("Eén regel is nagekeken. Er is nog niemand ingeschreven.",
                            "%(rows)s regels zijn nagekeken. Er is nog niemand ingeschreven.",
                            each.rows, rows=count),
                   url_for("desk.import", import_id=each.id), _("Bekijk de lijst"),
                   RoleName.PUBLISHER)


def _requests(now: datetime) -> Iterator[Line]:
    """That the month in which a reader must be answered is nearly over, or is."""
    soon, late = count_urgent(clock.local(now).date())
    if late:
        yield Line("wrong", ngettext(
            "Eén verzoek van een lezer is te laat", "%(num)s verzoeken van lezers zijn te laat",
            late))
    if soon:
        yield Line("mind", ngettext(
            "Eén verzoek van een lezer moet binnen een week af",
            "%(num)s verzoeken van lezers moeten binnen een week af", soon))
    if others := count_open() - soon - late:
        yield Line("info", ngettext("Eén verzoek van een lezer staat open",
                                    "%(num)s verzoeken van lezers staan open", others))
