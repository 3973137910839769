"""What to mind about dates, in words."""

from collections.abc import Iterable

from newsletter.editions.days import Caution, Mind
from newsletter.web.dates import day_in_words
from newsletter.web.desk.said import _
from newsletter.web.languages import current_language


def in_words(cautions: Iterable[Caution]) -> list[str]:
    """One sentence for each caution, each once."""
    return list(dict.fromkeys(_sentence(caution) for caution in cautions))


def _sentence(caution: Caution) -> str:
    day = day_in_words(caution.day, current_language())
    what = {
        "send_at": _("De verzending"),
        "copy_deadline_at": _("De kopijdatum"),
        "approval_deadline_at": _("De akkoorddatum"),
    }[caution.field]
    words = {"what": what, "day": day, "holiday": caution.holiday}
    match caution.mind:
        case Mind.HOLIDAY:
            return _("%(what)s valt op %(day)s, dat is %(holiday)s.", **words)
        case Mind.AFTER_HOLIDAY:
            return _("%(what)s valt op %(day)s, de dag na %(holiday)s.", **words)
        case Mind.WEEKEND:
            return _("%(what)s valt op %(day)s, in het weekend.", **words)
        case Mind.MONDAY:
            return _("%(what)s valt op %(day)s. Op maandag is de inbox vol.", **words)
        case Mind.FRIDAY:
            return _("%(what)s valt op %(day)s. Op vrijdag zijn veel lezers vrij.", **words)
        case Mind.SUMMER:
            return _("%(what)s valt op %(day)s, in de zomer zijn veel lezers weg.", **words)
        case Mind.NIGHT:
            return _("%(what)s valt op %(day)s, buiten de gewone uren.", **words)
