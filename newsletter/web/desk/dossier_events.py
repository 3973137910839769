"""What happened to one reader: her consents and the mails she was owed, as one timeline."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from newsletter.catalogue.models import Theme
from newsletter.catalogue.queries import themes_by_slug
from newsletter.deliveries.models import OPEN, DeliveryStatus, MailKind
from newsletter.mailings.history import OwedMail
from newsletter.subscribers.models import Cadence, Consent, ConsentWording
from newsletter.subscribers.record_consent import shows_text
from newsletter.web import dates
from newsletter.web.desk.names import skip_words
from newsletter.web.desk.reader_words import ACTS, MAILS, MEANS, NOT_BY_A_PERSON, RHYTHMS
from newsletter.web.desk.said import _, ngettext
from newsletter.web.languages import current_language


@dataclass(frozen=True)
class Happening:
    """One mark on the timeline: an act of a person, a mail, the system, or trouble."""

    kind: str
    at: datetime
    heading: str
    sentences: list[str] = field(default_factory=list)
    # What the mail itself said of why it came, in the language of that mail.
    why: str = ""
    why_language: str = ""
    wording: ConsentWording | None = None
    was_shown: bool = False  # else the text was in force, and stood on no page
    answer: str = ""
    mail_id: str = ""


def happenings(
    consents: Sequence[tuple[Consent, ConsentWording | None]], mails: Sequence[OwedMail]
) -> list[Happening]:
    """Everything, the newest first; the themes are read once for all."""
    named = (slug for entry, _wording in consents for slug in entry.choices.get("themes", ()))
    themes = themes_by_slug(named)
    found = [_consent(entry, wording, themes) for entry, wording in consents]
    # Of the same moment, the later one first.
    return sorted([*map(_mail, mails), *reversed(found)], key=lambda one: one.at, reverse=True)


def _consent(
    entry: Consent, wording: ConsentWording | None, themes: Mapping[str, Theme]
) -> Happening:
    said = [str(MEANS.get(entry.means, entry.means)), _chosen(entry.choices, themes)]
    proof = entry.choices.get("import")
    if proof:
        day = dates.plain_day(date.fromisoformat(str(proof["given_on"])), current_language())
        said.append(_("Gegeven op %(day)s. Bron: %(source)s.", day=day, source=proof["source"]))
    elif entry.source_page.startswith("/"):
        said.append(_("Pagina: %(page)s.", page=entry.source_page))
    if wording is None:
        said.append(_("Geen tekst getoond bij deze handeling."))
    kind = "system" if entry.means in NOT_BY_A_PERSON else "person"
    return Happening(kind, entry.at, str(ACTS[entry.act]), said, wording=wording,
                     was_shown=shows_text(entry))


def _chosen(choices: dict[str, Any], themes: Mapping[str, Theme]) -> str:
    """What held at that moment, in one sentence."""
    lang = current_language()
    cadence = str(choices.get("cadence", Cadence.NONE))
    parts = [
        _("elke editie") if choices.get("editions") else _("geen edities"),
        str(RHYTHMS[Cadence(cadence)]) if cadence in set(Cadence) else cadence,
    ]
    slugs = choices.get("themes", ())
    parts += [themes[slug].name(lang) if slug in themes else slug for slug in slugs]
    if choices.get("paused_until"):
        day = date.fromisoformat(str(choices["paused_until"]))
        parts.append(_("pauze tot %(day)s", day=dates.plain_day(day, lang)))
    return _("Gekozen: %(choices)s.", choices=", ".join(parts))


def _mail(mail: OwedMail) -> Happening:
    name = str(MAILS[mail.kind])
    key = (mail.mailing_key or "").partition(":")[2]
    if mail.kind is MailKind.EDITION and key:
        name = _("Editie %(number)s", number=key.replace("-", "·"))
    kind, heading = _state(mail, name)
    said = []
    if mail.skip_reason:
        said.append(_("Reden: %(reason)s.", reason=skip_words(mail.skip_reason)))
    if mail.attempts and mail.attempts > 1:
        said.append(ngettext("%(num)s poging.", "%(num)s pogingen.", mail.attempts))
    return Happening(
        kind, mail.sent_at or mail.created_at, heading, said,
        why=mail.why or "", why_language=mail.language or "",
        answer=" ".join(part for part in (mail.reply_code, mail.reply_text) if part),
        mail_id=mail.id if mail.may_be_read else "",
    )


def _state(mail: OwedMail, name: str) -> tuple[str, str]:
    if mail.status is DeliveryStatus.SENT:
        return "mail", _("%(mail)s verzonden", mail=name)
    if mail.status is DeliveryStatus.FAILED:
        return "trouble", _("%(mail)s niet aangenomen", mail=name)
    if mail.status in OPEN:
        return "system", _("%(mail)s nog niet verzonden", mail=name)
    return "system", _("%(mail)s niet gestuurd", mail=name)
