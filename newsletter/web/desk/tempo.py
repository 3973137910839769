"""The tempo of a mailing: mails a minute of late, how long the rest takes, and what comes later."""

from datetime import datetime
from typing import NamedTuple

from newsletter.deliveries.models import DeliveryStatus
from newsletter.mailings.queries import Progress
from newsletter.web.dates import clock_time, figures, short_moment
from newsletter.web.desk.said import _
from newsletter.web.languages import current_language
from newsletter.web.spans import about_in_words

# Fewer say nothing of the next ones.
LEAST_SENT, LEAST_SECONDS = 10, 10.0


class Tempo(NamedTuple):
    """Three short sentences, each empty when nothing is known."""

    rate: str = ""
    left: str = ""
    later: str = ""


def tempo_of(ledger: Progress, *, now: datetime, is_sending: bool) -> Tempo:
    """In the words of the page; time left only while mails leave."""
    lang = current_language()
    later = _later(ledger, now=now)
    if not is_sending or ledger.lately_since is None or ledger.sent_lately < LEAST_SENT:
        return Tempo(later=later)
    seconds = (now - ledger.lately_since).total_seconds()
    if seconds < LEAST_SECONDS:
        return Tempo(later=later)
    per_second = ledger.sent_lately / seconds
    rate = _("%(count)s mails per minuut.", count=figures(round(per_second * 60), lang))
    to_go = ledger.open - ledger.by_status.get(DeliveryStatus.DEFERRED, 0)
    left = _("Nog ongeveer %(span)s.", span=about_in_words(to_go / per_second, lang)
             ) if to_go else ""
    return Tempo(rate, left, later)


def _later(ledger: Progress, *, now: datetime) -> str:
    if ledger.again_from is None or ledger.again_until is None:
        return ""
    lang = current_language()
    first, last = (
        clock_time(at, lang) if abs((at - now).total_seconds()) < 12 * 3600
        else short_moment(at, lang) for at in (ledger.again_from, ledger.again_until)
    )
    if first == last:
        return _("Wat later opnieuw gaat, gaat om %(when)s.", when=first)
    return _("Wat later opnieuw gaat, gaat tussen %(first)s en %(last)s.", first=first, last=last)
