"""What the desk calls the requests of readers, their terms and their outcomes."""

from datetime import date

from flask_babel import lazy_gettext as _l

from newsletter.subscribers.request_models import DataRequest, DataRequestKind, RequestOutcome
from newsletter.subscribers.request_queries import SOON
from newsletter.web.dates import day_in_words
from newsletter.web.desk.names import State
from newsletter.web.desk.said import _, ngettext

KINDS = {
    DataRequestKind.ACCESS: _l("Inzage of meenemen"),
    DataRequestKind.RECTIFICATION: _l("Verbeteren"),
    DataRequestKind.ERASURE: _l("Wissen"),
    DataRequestKind.OBJECTION: _l("Beperken of bezwaar"),
}
ARTICLES = {
    DataRequestKind.ACCESS: _l("Artikel 15 en 20 AVG: alles zien of meekrijgen."),
    DataRequestKind.RECTIFICATION: _l("Artikel 16 AVG: wat niet klopt."),
    DataRequestKind.ERASURE: _l("Artikel 17 AVG: vergeten worden."),
    DataRequestKind.OBJECTION: _l("Artikel 18 en 21 AVG: geen mail meer."),
}
OUTCOMES = {
    RequestOutcome.GIVEN: _l("Gegevens gegeven"),
    RequestOutcome.CORRECTED: _l("Verbeterd"),
    RequestOutcome.ERASED: _l("Gewist"),
    RequestOutcome.STOPPED: _l("Mail gestopt"),
    RequestOutcome.NOTHING_HELD: _l("We hebben niets van deze persoon"),
    RequestOutcome.REFUSED: _l("Geweigerd, met uitleg"),
    RequestOutcome.WITHDRAWN: _l("Ingetrokken door de lezer"),
}

# What the reader is told of an extension, in her own language whatever the desk's is.
_LETTERS = {
    "nl": (
        "Beste lezer,",
        ("Op {received} kregen we je verzoek over je gegevens. We hebben meer tijd nodig om het "
        "goed af te handelen: {because}"),
        ("Je krijgt uiterlijk op {due} antwoord. Dat mag volgens artikel 12, lid 3, van de AVG. "
        "Ben je het er niet mee eens, dan kun je een klacht indienen bij de Autoriteit "
        "Persoonsgegevens of naar de rechter gaan."),
        "Met vriendelijke groet,\nde redactie",
    ),
    "en": (
        "Dear reader,",
        ("On {received} we received your request about your data. We need more time to handle it "
        "well: {because}"),
        ("You will have an answer on {due} at the latest. Article 12(3) of the GDPR allows this. "
        "If you do not agree, you can lodge a complaint with the Dutch Data Protection Authority "
        "(Autoriteit Persoonsgegevens) or go to court."),
        "Kind regards,\nthe editors",
    ),
}


def letter_of(request: DataRequest, *, language: str) -> str:
    """The letter by which a reader hears of an extension and why (AVG article 12(3))."""
    return "\n\n".join(_LETTERS[language]).format(
        received=day_in_words(request.received_on, language),
        due=day_in_words(request.due_on, language), because=request.extended_because)


def term_of(request: DataRequest, *, today: date) -> State:
    """How much time there is left, or how it ended."""
    if request.outcome is not None:
        return State("done", str(OUTCOMES[request.outcome]))
    days = (request.due_on - today).days
    if days < 0:
        return State("wrong", ngettext("Eén dag te laat", "%(num)s dagen te laat", -days))
    if days == 0:
        return State("wrong", _("Vandaag is de laatste dag"))
    left = ngettext("Nog één dag", "Nog %(num)s dagen", days)
    return State("mind" if days <= SOON.days else "wait", left)
