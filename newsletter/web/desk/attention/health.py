"""Whether every part of the house works, from what is known here: no mail server is asked."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsletter import clock
from newsletter.accounts.audit_queries import Wanted, search_audit
from newsletter.broker import answers
from newsletter.core import settings
from newsletter.deliveries import heartbeat
from newsletter.deliveries.last_answer import last_answer
from newsletter.deliveries.models import Alarm, Outcome
from newsletter.deliveries.overdue import OVERDUE_AFTER, oldest_prompt
from newsletter.web.dates import clock_time, short_moment
from newsletter.web.desk.said import _
from newsletter.web.languages import current_language

BROKER_SECONDS = 0.5
BACKUP_GOOD_FOR = timedelta(days=2)


@dataclass(frozen=True)
class Part:
    """One part in words: `kind` is done, info, mind or wrong."""

    name: str
    kind: str
    says: str


def parts(alarms: Sequence[Alarm], now: datetime) -> list[Part]:
    """Every part, in the order in which a mail meets them."""
    kinds = {alarm.kind for alarm in alarms}
    return [
        Part(_("Database"), "done", _("Antwoordt.")),
        _broker(),
        *_workers(now),
        _waiting(now),
        _relay(kinds, now),
        _journal(kinds),
        _backup(now),
    ]


def worst(found: Collection[Part]) -> str:
    """The kind of the part that is off most."""
    kinds = {part.kind for part in found}
    return next(kind for kind in ("wrong", "mind", "done") if kind in kinds | {"done"})


def _broker() -> Part:
    if answers(settings().redis_url, seconds=BROKER_SECONDS):
        return Part(_("Wachtrij"), "done", _("Antwoordt."))
    return Part(_("Wachtrij"), "wrong",
                _("Antwoordt niet. Er gaat niets verloren, maar er vertrekt ook niets. Vraag de "
                  "beheerder."))


def _workers(now: datetime) -> Iterator[Part]:
    seen = heartbeat.last_beats()
    for part, name, without in (
        (heartbeat.BEAT, _("Klok"), _("Zonder klok begint niets op zijn tijd.")),
        (heartbeat.PROMPT, _("Losse mails"), _("Bevestigingen en links blijven liggen.")),
        (heartbeat.BULK, _("Edities en themamails"), _("Verzendingen blijven liggen.")),
        (heartbeat.FEEDS, _("Feeds"), _("Naar feeds wordt niet gekeken.")),
    ):
        at = seen.get(part)
        if at is None:
            yield Part(name, "wrong",
                       _("Heeft nog nooit gewerkt.") + " " + without)
        elif heartbeat.is_silent(at, now=now):
            yield Part(name, "wrong",
                       _("Stil sinds %(when)s.", when=_when(at, now)) + " " + without)
        else:
            yield Part(name, "done", _("Werkte nog om %(time)s.", time=_time(at)))


def _waiting(now: datetime) -> Part:
    name, since = _("Wachtende losse mails"), oldest_prompt(now)
    if since is None:
        return Part(name, "done", _("Er wacht er geen."))
    if now - since < OVERDUE_AFTER:
        return Part(name, "done", _("De oudste wacht sinds %(time)s.", time=_time(since)))
    return Part(name, "mind", _("De oudste wacht al sinds %(when)s.", when=_when(since, now)))


def _relay(kinds: set[str], now: datetime) -> Part:
    name, last = _("Mailserver"), last_answer()
    if "relay_unreachable" in kinds:
        return Part(name, "wrong", _("Antwoordde niet toen we hem het laatst probeerden."))
    if last is None:
        return Part(name, "info", _("Er is nog niets verzonden."))
    when = _when(last.ended_at, now)
    if last.outcome in (Outcome.UNREACHABLE, Outcome.ABOUT_SENDER, Outcome.DROPPED):
        return Part(name, "mind", _("De laatste poging lukte niet, %(when)s.", when=when))
    return Part(name, "done", _("Gaf het laatst antwoord %(when)s.", when=when))


def _journal(kinds: set[str]) -> Part:
    name = _("Bijhouden wat weggaat")
    if kinds & {"spool_unusable", "high_water_unusable"}:
        return Part(name, "wrong", _("Lukt niet, en daarom vertrekt er niets. Vraag de beheerder."))
    return Part(name, "done", _("Lukt."))


def _backup(now: datetime) -> Part:
    name = _("Reservekopie")
    found = search_audit(Wanted(act="backup"), at_most=1)
    if not found:
        return Part(name, "info", _("Niet bekend: hier is er nog geen gemaakt."))
    at = found[0].entry.at
    when = _when(at, now)
    if now - at > BACKUP_GOOD_FOR:
        return Part(name, "mind", _("De laatste is van %(when)s. Vraag de beheerder.", when=when))
    return Part(name, "done", _("De laatste is van %(when)s.", when=when))


def _time(moment: datetime) -> str:
    return clock_time(moment, current_language())


def _when(moment: datetime, now: datetime) -> str:
    """The time alone when it is of today."""
    if clock.local(moment).date() == clock.local(now).date():
        return _("vandaag, %(time)s", time=_time(moment))
    return short_moment(moment, current_language())
