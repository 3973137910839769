"""What an editor is told about approvals: why one fell, why nothing leaves, who may not decide."""

from flask_babel import lazy_gettext as _l

from newsletter.editions.approval_models import VoidReason
from newsletter.web.desk.said import _

# What became of the mail since, as the end of "vervallen: …".
VOIDED = {
    VoidReason.SUBJECT: _l("het onderwerp is daarna veranderd"),
    VoidReason.PREHEADER: _l("de eerste regel is daarna veranderd"),
    VoidReason.AUDIENCE: _l("wie de mail krijgt, is daarna veranderd"),
    VoidReason.CONTENT: _l("de inhoud of de opmaak van de mail, of de pagina van de editie, is "
                           "daarna veranderd"),
    VoidReason.LINE: _l("het bericht aan wie de mail al heeft, is daarna veranderd"),
    VoidReason.UNMAKEABLE: _l("de mail kan zo niet meer gemaakt worden"),
    VoidReason.WITHDRAWN: _l("teruggetrokken"),
}
_MAY_NOT = {
    "role": _l("Alleen een redacteur kan goedkeuren."),
    "asked": _l("Je hebt deze goedkeuring zelf gevraagd. Een ander moet kijken."),
    "worked_on_it": _l("Je hebt zelf aan deze editie gewerkt. Een ander moet kijken."),
    "own_partner": _l("In deze editie staat een artikel van de vereniging waarvoor je werkt. "
                      "Iemand van een andere organisatie moet kijken."),
}


def voided_words(reason: str) -> str:
    """Why an approval fell, as the end of a sentence."""
    return str(VOIDED[VoidReason(reason)])


def why_unapproved(reason: str) -> str:
    """Why an edition is not scheduled, for who wanted to."""
    if reason == "none":
        return _("Nog niet ingepland. Vraag eerst goedkeuring aan een tweede persoon.")
    if reason == "waiting":
        return _("Nog niet ingepland. De goedkeuring is gevraagd, maar nog niet gegeven.")
    return _("Nog niet ingepland. De goedkeuring geldt niet voor deze mail: %(why)s. Vraag "
             "opnieuw goedkeuring.", why=voided_words(reason))


def why_not_you(reason: str) -> str:
    """Why this person cannot be the second one."""
    return str(_MAY_NOT[reason])


def audience_words(audience: str) -> str:
    """By which rule a mail finds its readers."""
    if audience.startswith("editions:"):
        return _("Elke abonnee die edities wil, het adres bevestigde vóór het verzendmoment en dan "
                 "geen pauze heeft. In de eigen taal, opgemaakt of als platte tekst.")
    return audience
