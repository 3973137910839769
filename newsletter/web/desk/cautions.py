"""What to mind about dates, in words."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l

from newsletter.editions.days import Caution, Mind
from newsletter.web.dates import near_day
from newsletter.web.desk.said import _
from newsletter.web.languages import current_language

_SENTENCES = {
    Mind.HOLIDAY: _l("%(what)s valt op %(day)s, dat is %(name)s."),
    Mind.AFTER_HOLIDAY: _l("%(what)s valt op %(day)s, de eerste werkdag na %(name)s."),
    Mind.WEEKEND: _l("%(what)s valt op %(day)s, in het weekend."),
    Mind.MONDAY: _l("%(what)s valt op %(day)s. Op maandag is de inbox vol."),
    Mind.FRIDAY: _l("%(what)s valt op %(day)s. Op vrijdag zijn veel lezers vrij."),
    Mind.SUMMER: _l("%(what)s valt op %(day)s, in de zomer zijn veel lezers weg."),
    Mind.NIGHT: _l("%(what)s valt op %(day)s, buiten de gewone uren."),
    Mind.CLOSED: _l("%(what)s valt op %(day)s, in de vrije periode ‘%(name)s’."),
    Mind.SAME_WEEK: _l("%(what)s valt op %(day)s, in dezelfde week als %(name)s."),
    Mind.CLOSE: _l("%(what)s valt op %(day)s, minder dan twee weken van %(name)s."),
    Mind.ORDER: _l("%(what)s valt op %(day)s, vóór of tegelijk met %(name)s."),
    Mind.MONTHLY: _l("%(what)s valt op %(day)s. Dan vertrekt ook de maandmail."),
    Mind.TIGHT_COPY: _l("Tussen kopij en akkoord zitten minder dan drie werkdagen."),
    Mind.TIGHT_APPROVAL: _l("Tussen akkoord en verzending zitten minder dan twee werkdagen."),
}


def in_words(cautions: Iterable[Caution]) -> list[str]:
    """One sentence for each caution, each once."""
    return list(dict.fromkeys(_sentence(caution) for caution in cautions))


def _sentence(caution: Caution) -> str:
    what = {
        "send_at": _("De verzending"),
        "copy_deadline_at": _("De kopijdatum"),
        "approval_deadline_at": _("De akkoorddatum"),
    }[caution.field]
    day = near_day(caution.day, current_language())
    return str(_SENTENCES[caution.mind]) % {"what": what, "day": day, "name": caution.name}
