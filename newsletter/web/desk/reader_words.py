"""What the desk calls a reader's state, choices, mails and suppressions."""

from datetime import datetime

from flask_babel import lazy_gettext as _l

from newsletter import addresses
from newsletter.deliveries.models import MailKind
from newsletter.deliveries.suppress import SuppressionReason
from newsletter.subscribers.models import (
    Cadence,
    ConsentAct,
    EndReason,
    Language,
    LeavingReason,
    MailFormat,
    Sector,
    Subscription,
    SubscriptionStatus,
)
from newsletter.web.desk.names import State
from newsletter.web.desk.said import _

SUPPRESSIONS = {
    SuppressionReason.HARD_BOUNCE: _l("Adres bestaat niet (bounce)"),
    SuppressionReason.COMPLAINT: _l("Noemde een mail spam (klacht)"),
    SuppressionReason.NEVER_AGAIN: _l("Wil nooit meer mail"),
}
ENDED = {
    EndReason.UNSUBSCRIBED: _l("afgemeld"),
    EndReason.NOTHING_CHOSEN: _l("koos niets meer"),
    EndReason.NEVER_CONFIRMED: _l("bevestigde niet"),
    EndReason.ERASED: _l("gewist"),
}
LEFT_FOR = {
    LeavingReason.TOO_MUCH: _l("te veel mail"),
    LeavingReason.NOT_FOR_ME: _l("niet voor mij"),
    LeavingReason.OTHER_WORK: _l("ander werk"),
    LeavingReason.OTHER: _l("iets anders"),
}
RHYTHMS = {
    Cadence.WEEKLY: _l("elke week"),
    Cadence.MONTHLY: _l("elke maand"),
    Cadence.NONE: _l("geen themamail"),
}
LANGUAGES = {Language.NL: _l("Nederlands"), Language.EN: _l("Engels")}
FORMATS = {MailFormat.MAIL: _l("opgemaakt"), MailFormat.TEXT: _l("platte tekst")}
SECTORS = {
    Sector.GEMEENTE: _l("gemeente"),
    Sector.PROVINCIE: _l("provincie"),
    Sector.WATERSCHAP: _l("waterschap"),
    Sector.RIJK: _l("Rijk"),
    Sector.UITVOERING: _l("uitvoering"),
    Sector.KENNIS: _l("kennis en onderwijs"),
    Sector.BEDRIJF: _l("bedrijf"),
    Sector.ANDERS: _l("anders"),
}
MAILS = {
    MailKind.CONFIRM_SIGNUP: _l("Vraag om bevestiging"),
    MailKind.ALREADY_SUBSCRIBED: _l("Bericht: al abonnee"),
    MailKind.WELCOME: _l("Welkomstmail"),
    MailKind.MANAGE_LINK: _l("Link naar de keuzes"),
    MailKind.CONFIRM_ADDRESS: _l("Bevestiging van een nieuw adres"),
    MailKind.ADDRESS_CHANGED: _l("Bericht over een nieuw adres"),
    MailKind.DIGEST: _l("Themamail"),
    MailKind.EDITION: _l("Editie"),
}
ACTS = {
    ConsentAct.ASKED: _l("Toestemming gevraagd"),
    ConsentAct.GIVEN: _l("Toestemming gegeven"),
    ConsentAct.CHANGED: _l("Keuzes gewijzigd"),
    ConsentAct.WITHDRAWN: _l("Toestemming ingetrokken"),
}
MEANS = {
    "form": _l("Met een formulier."),
    "form_set_aside": _l("Met een formulier. Er ging geen mail uit, dus er veranderde niets."),
    "mailed_link_post": _l("Met de knop achter de link in een mail."),
    "one_click_post": _l("Met de afmeldknop van het mailprogramma."),
    "preference_page": _l("Op de pagina met keuzes."),
    "undo_post": _l("Met de knop om terug te komen."),
    "undo_beside_text": _l("Met de knop om terug te komen."),
    "address_change": _l("Door een nieuw adres te bevestigen."),
    "address_undo": _l("Door het oude adres terug te zetten."),
    "personal_page": _l("Op de pagina met eigen gegevens."),
    "retention": _l("Vanzelf, omdat de bewaartijd voorbij was."),
    "erasure_replay": _l("Door ons, na het terugzetten van een reservekopie."),
    "desk_request": _l("Door de redactie, op verzoek van de lezer."),
    "import": _l("Ingelezen door de redactie, met bewijs van toestemming."),
}
NOT_BY_A_PERSON = frozenset({"retention", "erasure_replay"})


def masked(subscription: Subscription) -> str:
    """The address as the desk shows it unasked; words when there is none any more."""
    address = subscription.subscriber.address
    return addresses.mask(address) if address else _("adres is weg")


def suppression_words(reason: str) -> str:
    """Why an address is on the list; a reason without words here shows its own name."""
    known = set(SuppressionReason)
    return str(SUPPRESSIONS[SuppressionReason(reason)]) if reason in known else reason


def standing_of(subscription: Subscription, *, now: datetime) -> State:
    """Where an agreement stands."""
    if subscription.status is SubscriptionStatus.PENDING:
        return State("wait", _("Wacht op bevestiging"))
    if subscription.status is SubscriptionStatus.ENDED:
        reason = subscription.ended_reason
        return State("wrong", _("Gestopt: %(reason)s", reason=ENDED[reason] if reason else "–"))
    if subscription.paused_until and subscription.paused_until > now:
        return State("mind", _("Gepauzeerd"))
    return State("done", _("Actief"))
