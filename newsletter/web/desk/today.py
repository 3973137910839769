"""Today: what asks for attention, what comes next, and what left last."""

from dataclasses import dataclass, replace
from datetime import datetime

from flask import render_template, url_for

from newsletter import clock
from newsletter.deliveries.alarm import open_alarms
from newsletter.digests.queries import coming_slots, waiting_slots
from newsletter.editions.content import missing_for_sending
from newsletter.editions.mind_dates import COLLISIONS, minds_of
from newsletter.editions.models import Edition, EditionStatus
from newsletter.editions.move_dates import dates_of
from newsletter.editions.queries import list_coming, next_edition, year_of
from newsletter.mailings.queries import list_mailings, progress
from newsletter.subscribers.request_queries import count_urgent
from newsletter.web.dates import moment_in_words
from newsletter.web.desk.around import around_dates
from newsletter.web.desk.cautions import in_words
from newsletter.web.desk.halt import halt_of_all
from newsletter.web.desk.names import alarm_words, mailing_name, mailing_state, slot_name
from newsletter.web.desk.said import _, ngettext
from newsletter.web.languages import current_language

LAST_MAILINGS = 5
NEXT_SLOTS = 3
NEXT_EDITIONS = 8  # whose dates are looked at


@dataclass(frozen=True)
class Attention:
    """Something that asks for an editor, or says that nothing does."""

    kind: str
    heading: str
    sentence: str = ""
    href: str = ""
    link: str = ""


def page() -> str:
    """GET /redactie/: the desk's first page."""
    now = clock.now()
    edition = next_edition(now)
    mailings = [
        (mailing, mailing_name(mailing), mailing_state(mailing), progress(mailing))
        for mailing in list_mailings(LAST_MAILINGS)
    ]
    return render_template(
        "pages/desk/today.html",
        attention=(_halt() + _alarms() + _held(now) + _of_edition(edition, now)
                   + _collisions(now)),
        for_publishers=_requests(now),
        all_well=_all_well(),
        edition=edition,
        year=year_of(edition) if edition else None,
        slots=[(slot, slot_name(slot)) for slot in coming_slots(now, limit=NEXT_SLOTS)],
        mailings=mailings,
        now=now,
    )


def _halt() -> list[Attention]:
    halt = halt_of_all()
    return [Attention(halt.kind, halt.heading, halt.sentence)] if halt else []


def _alarms() -> list[Attention]:
    found = []
    for alarm in open_alarms():
        shown = alarm_words(alarm)
        found.append(Attention("wrong", shown.heading, shown.sentence, shown.href,
                               _("Ga ernaartoe") if shown.href else ""))
    return found


def _held(now: datetime) -> list[Attention]:
    return [
        Attention(
            "mind",
            _("%(name)s wacht op vrijgave", name=slot_name(slot)),
            _("Het moment was %(when)s.",
              when=moment_in_words(slot.slot_at, current_language())),
            url_for("desk.slot", slot_id=slot.id),
            _("Bekijk en geef vrij"),
        )
        for slot in waiting_slots(now)
    ]


def _requests(now: datetime) -> list[Attention]:
    """That the month in which a reader must be answered is nearly over, or is."""
    soon, late = count_urgent(clock.local(now).date())
    found = []
    if late:
        found.append(Attention("wrong", ngettext(
            "Eén verzoek van een lezer is te laat", "%(num)s verzoeken van lezers zijn te laat",
            late)))
    if soon:
        found.append(Attention("mind", ngettext(
            "Eén verzoek van een lezer moet binnen een week af",
            "%(num)s verzoeken van lezers moeten binnen een week af", soon)))
    return [replace(one, href=url_for("desk.requests"), link=_("Bekijk de verzoeken"))
            for one in found]


def _of_edition(edition: Edition | None, now: datetime) -> list[Attention]:
    if edition is None or edition.status is EditionStatus.SCHEDULED:
        return []
    number = edition.key.replace("-", "·")
    href, link = url_for("desk.edition", key=edition.key), _("Open editie %(n)s", n=number)
    missing = missing_for_sending(edition)
    if edition.copy_deadline_at <= now:
        when = moment_in_words(edition.send_at, current_language())
        heading = _("Editie %(n)s is nog niet ingepland", n=number)
        sentence = (
            _("Er moeten eerst nog %(count)s dingen. Verzending: %(when)s.",
              count=len(missing), when=when)
            if missing
            else _("Alles is er. Zet het verzendmoment vast: %(when)s.", when=when)
        )
        return [Attention("mind", heading, sentence, href, link)]
    return []


def _collisions(now: datetime) -> list[Attention]:
    coming = list_coming(now, limit=NEXT_EDITIONS)
    if not coming:
        return []
    around = around_dates(*(dates_of(edition) for edition in coming))
    found = []
    for edition in coming:
        minds = minds_of(dates_of(edition), around, of=edition)
        sentences = in_words(caution for caution in minds if caution.mind in COLLISIONS)
        if sentences:
            found.append(Attention(
                "mind",
                _("Kijk naar de data van editie %(n)s", n=edition.key.replace("-", "·")),
                " ".join(sentences),
                url_for("desk.year_plan", year=year_of(edition)),
                _("Bekijk het jaarplan"),
            ))
    return found


def _all_well() -> Attention:
    return Attention("done", _("Niets vraagt om aandacht"),
                     _("Alarmen, deadlines en boekhouding zijn in orde."))
