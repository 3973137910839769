"""What happened to an edition and its mailing, and when."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from newsletter.accounts.audit_models import AuditEntry
from newsletter.accounts.audit_queries import entries_of
from newsletter.mailings.models import Mailing, MailingStatus
from newsletter.web.dates import figures, moment_in_words
from newsletter.web.desk.said import _, ngettext
from newsletter.web.languages import current_language


@dataclass(frozen=True)
class Event:
    """One mark on the timeline: an act of a person, a mail, the system, or trouble."""

    kind: str
    at: datetime
    heading: str
    sentence: str = ""
    act: str = ""  # of the audit trail


def events_of(mailing: Mailing) -> list[Event]:
    """What the audit trail and the mailing itself tell, in order."""
    events = [replace(_event(entry, person), act=entry.act)
              for entry, person in _merged(entries_of(mailing.key))]
    if mailing.status is MailingStatus.FINISHED and mailing.finished_at:
        events.append(Event("mail", mailing.finished_at, _("Klaar: niets meer te gaan")))
    return sorted(events, key=lambda event: event.at)


def split_at_approval(events: Sequence[Event]) -> tuple[Sequence[Event], Sequence[Event]]:
    """What came before the last approval that the mailing began with, and the rest.

    Of a mailing that has not begun, or that needed no approval, nothing is before.
    """
    begun = next((place for place, event in enumerate(events) if event.act == "mailing_started"),
                 0)
    start = max((place for place, event in enumerate(events[:begun]) if event.act == "approve"),
                default=0)
    return events[:start], events[start:]


def _merged(
    entries: Sequence[tuple[AuditEntry, str | None]],
) -> list[tuple[AuditEntry, str | None]]:
    """Of the same act by the same person in a row, only the last: saves come in dozens."""
    kept: list[tuple[AuditEntry, str | None]] = []
    for entry, person in entries:
        if kept and (kept[-1][0].act, kept[-1][1]) == (entry.act, person):
            kept.pop()
        kept.append((entry, person))
    return kept


def _event(entry: AuditEntry, person: str | None) -> Event:
    lang = current_language()
    actor = person or entry.actor.partition(":")[2] or _("het systeem")
    if entry.act == "mailing_started":
        count = figures(int(entry.details.get("recipients", 0)), lang)
        mark = str(entry.details.get("manifest", ""))[:16]
        return Event("system", entry.at, _("Lijst gesloten: %(count)s ontvangers", count=count),
                     _("Kenmerk van de inhoud: %(mark)s", mark=mark) if mark else "")
    if entry.act == "brake":
        said = " ".join(str(entry.details.get(part) or "") for part in ("code", "said")).strip()
        return Event("trouble", entry.at, _("Vanzelf gepauzeerd: wij worden geweigerd"), said)
    if entry.act == "schedule" and "send_at" in entry.details:
        when = moment_in_words(datetime.fromisoformat(entry.details["send_at"]), lang)
        return Event("person", entry.at, _("Ingepland door %(name)s", name=actor),
                     _("Voor %(when)s.", when=when))
    if entry.act == "carry_correction":
        moved = int(entry.details.get("moved", 0))
        return Event("person", entry.at, _("Verder met de verbeterde tekst, door %(name)s",
                                           name=actor),
                     ngettext("Eén lezer krijgt die.", "%(readers)s lezers krijgen die.", moved,
                              readers=figures(moved, lang)))
    named = {
        "open_correction": _("Verbetering begonnen door %(name)s", name=actor),
        "write_correction": _("Verbetering bewaard door %(name)s", name=actor),
        "drop_correction": _("Verbetering weggehaald door %(name)s", name=actor),
        "ask_approval": _("Goedkeuring gevraagd door %(name)s", name=actor),
        "approve": _("Goedgekeurd door %(name)s", name=actor),
        "refuse_approval": _("Niet goedgekeurd door %(name)s", name=actor),
        "void_approval": _("Goedkeuring vervallen, door %(name)s", name=actor),
        "withdraw_approval": _("Goedkeuring teruggetrokken door %(name)s", name=actor),
        "compose": _("Teksten bewaard door %(name)s", name=actor),
        "choose": _("Artikelen gekozen door %(name)s", name=actor),
        "schedule": _("Ingepland door %(name)s", name=actor),
        "unschedule": _("Teruggehaald door %(name)s", name=actor),
        "move_dates": _("Data verplaatst door %(name)s", name=actor),
        "send_test": _("Proefmail gestuurd door %(name)s", name=actor),
        "send_now": _("Nu verzonden door %(name)s", name=actor),
        "run_slot": _("Nu verzonden door %(name)s", name=actor),
        "prepare_slot": _("Voorbereid door %(name)s", name=actor),
        "release_slot": _("Vrijgegeven door %(name)s", name=actor),
        "send_late": _("Alsnog verstuurd door %(name)s", name=actor),
        "pause": _("Gepauzeerd door %(name)s", name=actor),
        "resume": _("Hervat door %(name)s", name=actor),
        "cancel": _("Gestopt door %(name)s", name=actor),
    }
    kind = "trouble" if entry.act == "cancel" else "person"
    heading = named.get(entry.act, _("%(act)s door %(name)s", act=entry.act, name=actor))
    return Event(kind, entry.at, heading)
