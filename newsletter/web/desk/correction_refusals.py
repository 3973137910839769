"""What a deed on a correction refuses, in words."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import flash

from newsletter.errors import EditionNotReady, MailError, NotApproved, WrongState
from newsletter.web.desk.check_words import WORDS
from newsletter.web.desk.said import _
from newsletter.web.desk.told import NOT_TOLD


@contextmanager
def refusals() -> Iterator[list[str]]:
    """Say what a deed refuses; nothing of it is done, and the list is not empty then."""
    refused: list[str] = []
    try:
        yield refused
    except NotApproved:
        refused.append(_("Een tweede persoon moet deze tekst eerst goedkeuren."))
    except EditionNotReady as found:
        refused.append(_in_the_way(found))
    except MailError:
        refused.append(_("De mail kan zo niet gemaakt worden. Misschien is hij te groot."))
    except WrongState as refusal:
        refused.append({
            "not_paused": _("Verbeteren kan alleen terwijl de verzending gepauzeerd is."),
            "nobody_left": _("Iedereen heeft de mail al. Stuur een bericht met de volgende mail."),
            "too_many": _("Deze editie is al vijf keer verbeterd. Stuur een bericht met de "
                          "volgende mail."),
            "manifest_lacks_selections": _("Er kwam net iets terug van de verzending. Probeer "
                                           "het nog eens."),
            "not_written": _("Bewaar eerst de verbeterde tekst en het bericht."),
            "waiting": _("De goedkeuring is al gevraagd."),
            "approved": _("Deze tekst is al goedgekeurd."),
            "not_dropped": _("Met die verbetering kun je niet meer beginnen. Kijk hieronder hoe "
                             "het er nu voor staat."),
            "begun_meanwhile": _("Er is intussen al een verbetering begonnen. Kijk hieronder wat "
                                 "erin staat."),
            NOT_TOLD: _("Niet weggehaald: iemand begon of keurde intussen iets goed. Kijk "
                        "hieronder hoe het er nu voor staat."),
        }.get(str(refusal), not_open()))
    for sentence in refused:
        flash(sentence, "wrong")


def not_open() -> str:
    """That there is nothing to do any more."""
    return _("Deze verbetering is intussen verzonden of weggehaald.")


def _in_the_way(found: EditionNotReady) -> str:
    headings = [str(WORDS[code].heading) for code in found.missing if code in WORDS]
    if not headings:
        return _("Een artikel mist iets, of is niet meer vrijgegeven. Kijk de artikelen na.")
    return _("Dit moet eerst anders: %(what)s.", what="; ".join(headings))
