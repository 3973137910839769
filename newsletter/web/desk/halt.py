"""Why mails stand still, in words: all of them by a switch, or one mailing by the brake."""

from typing import NamedTuple

from newsletter.deliveries.alarm import find_open_alarm
from newsletter.deliveries.models import SwitchName
from newsletter.deliveries.switch import is_on
from newsletter.mailings.models import Mailing, MailingStatus
from newsletter.mailings.pause import BRAKE_ALARM
from newsletter.web.desk.said import _


class Halt(NamedTuple):
    """A notice: its kind, its heading and what it means."""

    kind: str
    heading: str
    sentence: str


def halt_of_all() -> Halt | None:
    """That nothing leaves at all, when somebody stopped it or the database was restored."""
    if is_on(SwitchName.SENDING_HELD):
        return Halt(
            "wrong", _("Alles wacht: de database is teruggezet"),
            _("Er vertrekt niets, ook geen bevestiging, tot de beheerder heeft nagegaan wat al "
              "verzonden was. Wat misschien al aankwam, vertrekt niet nog eens. Wat na de "
              "reservekopie is veranderd, kan weg zijn."),
        )
    if is_on(SwitchName.SENDING_STOPPED):
        return Halt(
            "mind", _("De beheerder heeft al het verzenden stilgezet"),
            _("Ook bevestigingen wachten. Er gaat niets verloren."),
        )
    return None


def halt_of_mailing(mailing: Mailing) -> Halt | None:
    """Why a mailing that nobody paused is paused: the relay refuses it for what we are."""
    if mailing.status is not MailingStatus.PAUSED:
        return None
    alarm = find_open_alarm(BRAKE_ALARM, mailing.key)
    if alarm is None:
        return None
    found = alarm.details
    said = " ".join(str(part) for part in (found.get("code"), found.get("said")) if part)
    return Halt(
        "wrong", _("Deze verzending heeft zichzelf gepauzeerd"),
        _(
            "Bij %(refused)s van de laatste %(answers)s antwoorden werden wij zelf geweigerd, als "
            "afzender. De mailserver zei: ‘%(said)s’. Niemand is van de lijst gehaald. Laat de "
            "beheerder de oorzaak wegnemen. Druk daarna op ‘Hervat’: dan vertrekt de rest.",
            refused=found.get("refused", "?"), answers=found.get("answers", "?"), said=said,
        ),
    )
