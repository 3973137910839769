"""What a reader's mails and consents are called on her own pages: plain words for our marks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from newsletter.catalogue.models import Theme
from newsletter.catalogue.queries import themes_by_slug
from newsletter.deliveries.models import OPEN, DeliveryStatus, MailKind, SkipReason
from newsletter.mailings.history import OwedMail
from newsletter.subscribers.models import (
    Cadence,
    Consent,
    ConsentAct,
    ConsentWording,
    Language,
    MailFormat,
)
from newsletter.subscribers.record_consent import shows_text
from newsletter.web import dates
from newsletter.web.languages import current_language

KINDS = {
    MailKind.CONFIRM_SIGNUP: _l("Bevestiging van je aanmelding"),
    MailKind.ALREADY_SUBSCRIBED: _l("Bericht dat je al abonnee bent"),
    MailKind.WELCOME: _l("Welkom"),
    MailKind.MANAGE_LINK: _l("Link naar je keuzes"),
    MailKind.CONFIRM_ADDRESS: _l("Bevestiging van je nieuwe adres"),
    MailKind.ADDRESS_CHANGED: _l("Bericht over je nieuwe adres"),
    MailKind.DIGEST: _l("Mail over je thema’s"),
    MailKind.EDITION: _l("Het magazine"),
}
# Why a mail came that is no part of a mailing.
CAUSES = {
    MailKind.CONFIRM_SIGNUP: _l("Je adres werd ingevuld om abonnee te worden."),
    MailKind.ALREADY_SUBSCRIBED: _l(
        "Je adres werd ingevuld om abonnee te worden, en je was het al."
    ),
    MailKind.WELCOME: _l("Je werd abonnee, of je kwam terug."),
    MailKind.MANAGE_LINK: _l("De link werd aangevraagd."),
    MailKind.CONFIRM_ADDRESS: _l("Je vroeg om mail op een ander adres."),
    MailKind.ADDRESS_CHANGED: _l("Je adres bij ons veranderde."),
}
SKIPS = {
    SkipReason.UNSUBSCRIBED: _l("Je wilde deze mail niet meer."),
    SkipReason.SUPPRESSED: _l("Naar dit adres mailen we niet."),
    SkipReason.CANCELLED: _l("We hielden deze verzending tegen."),
    SkipReason.SUPERSEDED: _l("Er ging al een nieuwere mail."),
    SkipReason.PAUSED: _l("Je had pauze."),
    SkipReason.RESTORED: _l("Je hebt deze mail waarschijnlijk al gekregen."),
}
ACTS = {
    ConsentAct.ASKED: _l("Aangevraagd"),
    ConsentAct.GIVEN: _l("Toestemming gegeven"),
    ConsentAct.CHANGED: _l("Veranderd"),
    ConsentAct.WITHDRAWN: _l("Toestemming ingetrokken"),
}
# How it came about, by the ledger's word for it.
MEANS = {
    "form": _l("Met een formulier op de site."),
    "form_set_aside": _l(
        "Met een formulier op de site. We stuurden je daar geen mail over, dus er veranderde niets."
    ),
    "mailed_link_post": _l("Met de knop achter de link in onze mail."),
    "one_click_post": _l("Met de afmeldknop van het mailprogramma."),
    "preference_page": _l("Op de pagina met je keuzes."),
    "undo_post": _l("Met de knop waarmee je terugkwam."),
    "undo_beside_text": _l("Met de knop waarmee je terugkwam."),
    "address_change": _l("Door een nieuw adres te bevestigen."),
    "address_undo": _l("Door je oude adres terug te zetten."),
    "personal_page": _l("Op de pagina met je gegevens."),
    "retention": _l("Vanzelf, omdat de bewaartijd voorbij was."),
    "import": _l("Door de redactie, met een lijst waarin je toestemming stond."),
    "desk_request": _l("Door de redactie, omdat je erom vroeg."),
    "erasure_replay": _l("Door ons, na het terugzetten van een reservekopie."),
}
RHYTHMS = {
    Cadence.WEEKLY: _l("Mail over thema’s elke week"),
    Cadence.MONTHLY: _l("Mail over thema’s elke maand"),
    Cadence.NONE: _l("Geen mail over thema’s"),
}
TONGUES = {Language.NL: _l("Mail in het Nederlands"), Language.EN: _l("Mail in het Engels")}
SHAPES = {MailFormat.MAIL: _l("Mail met opmaak"), MailFormat.TEXT: _l("Alleen platte tekst")}


@dataclass(frozen=True)
class MailShown:
    """One row of the register of mails."""

    mail: OwedMail
    kind: str
    why: str
    why_language: str
    state: tuple[str, str]
    note: str


@dataclass(frozen=True)
class ConsentShown:
    """One entry of the history of consent."""

    entry: Consent
    wording: ConsentWording | None
    was_shown: bool  # else the text that it names was in force, and stood on no page
    act: str
    means: str
    page: str
    chosen: list[str]


def shown_mail(mail: OwedMail) -> MailShown:
    """A mail in words; the sentence that stood in it is in the language of that mail."""
    frozen = mail.why or ""
    return MailShown(
        mail=mail,
        kind=str(KINDS[mail.kind]),
        why=frozen or str(CAUSES.get(mail.kind, "")),
        why_language=(mail.language or "") if frozen else "",
        state=_state(mail.status),
        note=str(SKIPS.get(mail.skip_reason, "")) if mail.skip_reason else "",
    )


def shown_consents(
    entries: Sequence[tuple[Consent, ConsentWording | None]],
) -> list[ConsentShown]:
    """Entries of the ledger in words, in their order; the themes are read once for all."""
    named = (slug for entry, _wording in entries for slug in entry.choices.get("themes", ()))
    themes = themes_by_slug(named)
    return [_shown(entry, wording, themes) for entry, wording in entries]


def _shown(
    entry: Consent, wording: ConsentWording | None, themes: Mapping[str, Theme]
) -> ConsentShown:
    is_page = entry.source_page.startswith("/")
    return ConsentShown(
        entry=entry,
        wording=wording,
        was_shown=shows_text(entry),
        act=str(ACTS[entry.act]),
        means=str(MEANS.get(entry.means, _l("Op een andere manier."))),
        page=entry.source_page if is_page else "",
        chosen=_chosen(entry.choices, themes),
    )


def _state(status: DeliveryStatus) -> tuple[str, str]:
    if status is DeliveryStatus.SENT:
        return "done", _("Verzonden")
    if status is DeliveryStatus.FAILED:
        return "wrong", _("Niet aangenomen")
    if status in OPEN:
        return "wait", _("Nog niet verzonden")
    return "wait", _("Niet gestuurd")


def _chosen(choices: dict[str, Any], themes: Mapping[str, Theme]) -> list[str]:
    """What was chosen at that moment, as short sentences; a theme that has gone by its old name."""
    lang = current_language()
    cadence = str(choices.get("cadence", Cadence.NONE))
    known = cadence in set(Cadence)
    said = [
        _("Elke editie") if choices.get("editions") else _("Geen edities"),
        str(RHYTHMS[Cadence(cadence)]) if known else cadence,
    ]
    slugs = choices.get("themes", ())
    names = [themes[slug].name(lang) if slug in themes else slug for slug in slugs]
    if names:
        said.append(_("Thema’s: %(names)s", names=", ".join(names)))
    said += _in_which_form(choices)
    proof = choices.get("import")
    if proof:
        said.append(_("Gegeven op %(day)s. Bron: %(source)s.",
                      day=_day(str(proof["given_on"]), lang), source=proof["source"]))
    if choices.get("paused_until"):
        said.append(_("Pauze tot %(day)s", day=_day(str(choices["paused_until"]), lang)))
    return said


def _in_which_form(choices: dict[str, Any]) -> list[str]:
    """The language and the format of the mails, as far as the entry names them."""
    return [
        *(str(words) for language, words in TONGUES.items() if choices.get("language") == language),
        *(str(words) for shape, words in SHAPES.items() if choices.get("format") == shape),
    ]


def _day(kept: str, lang: str) -> str:
    return dates.plain_day(date.fromisoformat(kept), lang)
