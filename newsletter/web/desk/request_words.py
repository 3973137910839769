"""What the desk calls the requests of readers, their terms and their outcomes."""

from datetime import date

from flask_babel import lazy_gettext as _l

from newsletter.subscribers.request_models import DataRequest, DataRequestKind, RequestOutcome
from newsletter.subscribers.request_queries import SOON
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
