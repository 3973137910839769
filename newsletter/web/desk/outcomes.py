"""What a digest brings one reader, or why nothing, as the desk says it."""

from datetime import datetime
from typing import NamedTuple

from newsletter.digests.share_of_reader import Outcome, Share
from newsletter.subscribers.models import Cadence
from newsletter.web.dates import moment_in_words
from newsletter.web.desk.said import _, ngettext
from newsletter.web.languages import current_language


class OutcomeShown(NamedTuple):
    """A notice: its kind, its heading and what it means."""

    kind: str
    heading: str
    sentence: str


def outcome_words(share: Share, *, minimum: int) -> OutcomeShown:
    """Why she gets a mail or none; `minimum` is how many articles make one."""
    if share.outcome in (Outcome.DUE, Outcome.NOTHING_NEW, Outcome.BELOW_MINIMUM):
        return _by_articles(share, minimum)
    when = _when(share)
    heading, sentence = {
        Outcome.UNKNOWN: (
            _("We kennen geen lezer met dit adres"),
            _("Kijk of het adres helemaal klopt."),
        ),
        Outcome.PENDING: (
            _("Deze lezer heeft nog niet bevestigd"),
            _("Zonder bevestiging sturen we niets."),
        ),
        Outcome.ENDED: (
            _("Deze lezer is geen abonnee meer"),
            _("Het abonnement eindigde op %(when)s.", when=when),
        ),
        Outcome.OTHER_CADENCE: (
            _("Deze lezer krijgt een andere mail"), _cadence(share.cadence),
        ),
        Outcome.CONFIRMED_LATE: (
            _("Deze lezer bevestigde te laat voor deze mail"),
            _("Dat was op %(when)s. De mail daarna komt wel.", when=when),
        ),
        Outcome.RETURNED_LATE: (
            _("Deze lezer koos te laat weer voor themamails"),
            _("Dat was op %(when)s. De mail daarna komt wel.", when=when),
        ),
        Outcome.PAUSED: (
            _("Deze lezer heeft pauze"),
            _("Tot %(when)s. Daarna komt wat intussen verscheen in één mail.", when=when),
        ),
    }[share.outcome]
    return OutcomeShown("info", heading, sentence)


def _by_articles(share: Share, minimum: int) -> OutcomeShown:
    if share.outcome is Outcome.DUE:
        return OutcomeShown("done", _("Deze lezer krijgt een mail"), ngettext(
            "Eén artikel in de gekozen thema’s kreeg deze lezer nog niet.",
            "%(num)s artikelen in de gekozen thema’s kreeg deze lezer nog niet.", share.due))
    if share.outcome is Outcome.BELOW_MINIMUM:
        return OutcomeShown("info", _("Te weinig voor een mail"), _(
            "Er ligt klaar: %(due)s. Een mail begint bij %(minimum)s. Wat er ligt, wacht op de "
            "volgende.", due=share.due, minimum=minimum))
    return OutcomeShown("info", _("Niets nieuws voor deze lezer"), _(
        "Wat in de gekozen thema’s verscheen, kreeg deze lezer al."
    ) if share.had else _("In de gekozen thema’s verscheen niets."))


def _cadence(cadence: Cadence | None) -> str:
    return {
        Cadence.WEEKLY: _("Deze lezer koos de weekmail."),
        Cadence.MONTHLY: _("Deze lezer koos de maandmail."),
    }.get(cadence or Cadence.NONE, _("Deze lezer koos geen themamail."))


def _when(share: Share) -> str:
    moment: datetime | None = {
        Outcome.ENDED: share.ended_at,
        Outcome.CONFIRMED_LATE: share.confirmed_at,
        Outcome.RETURNED_LATE: share.returned_at,
        Outcome.PAUSED: share.paused_until,
    }.get(share.outcome)
    return moment_in_words(moment, current_language()) if moment else ""
