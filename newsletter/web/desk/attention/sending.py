"""What of the sending asks for a person: that it stands still, alarms, and what is unclear."""

from collections.abc import Iterator, Sequence

from flask import url_for

from newsletter.accounts.models import RoleName
from newsletter.deliveries.models import Alarm, DeliveryStatus
from newsletter.deliveries.overdue import count_unclear_single
from newsletter.mailings.correction_queries import find_open_correction
from newsletter.mailings.models import Mailing, MailingStatus
from newsletter.mailings.queries import Progress
from newsletter.web.desk.attention.line import Line
from newsletter.web.desk.halt import halt_of_all
from newsletter.web.desk.names import alarm_words, mailing_name
from newsletter.web.desk.said import _, ngettext
from newsletter.web.desk.told import is_approved

Shown = Sequence[tuple[Mailing, Progress]]


def lines(alarms: Sequence[Alarm], mailings: Shown) -> Iterator[Line]:
    """All of it; `mailings` are the newest, each with its ledger."""
    halt = halt_of_all()
    if halt:
        yield Line(halt.kind, halt.heading, halt.sentence)
    for alarm in alarms:
        shown = alarm_words(alarm)
        yield Line("wrong", shown.heading, shown.sentence, shown.href,
                   _("Ga ernaartoe") if shown.href else "")
    yield from _paused(alarms, mailings)
    yield from _unclear(mailings)


def _paused(alarms: Sequence[Alarm], mailings: Shown) -> Iterator[Line]:
    """Those that a person paused; of one that paused itself the alarm speaks."""
    braked = {alarm.subject for alarm in alarms}
    for mailing, _ledger in mailings:
        if mailing.status is MailingStatus.PAUSED and mailing.key not in braked:
            heading = _("%(name)s staat op pauze", name=mailing_name(mailing))
            if find_open_correction(mailing.id) is not None:
                yield Line("mind", heading,
                           _("De verbetering is goedgekeurd. De rest vertrekt als je daarmee "
                             "verdergaat.") if is_approved(mailing) else
                           _("Er staat een verbetering open. De rest wacht daarop."),
                           url_for("desk.correction", key=mailing.key), _("Open de verbetering"),
                           RoleName.EDITOR)
                continue
            yield Line("mind", heading, _("De rest vertrekt als je hervat."),
                       url_for("desk.mailing", key=mailing.key), _("Open de verzending"),
                       RoleName.EDITOR)


def _unclear(mailings: Shown) -> Iterator[Line]:
    """Mails whose answer was never heard; each is resolved by itself, or sent again and counted."""
    why = _("De mailserver kreeg ze, maar zijn antwoord kwam niet aan. We zoeken het vanzelf uit. "
            "Misschien komt er één dubbel aan; die tellen we.")
    for mailing, ledger in mailings:
        if count := ledger.by_status.get(DeliveryStatus.UNCLEAR, 0):
            yield Line(
                "mind",
                ngettext("Bij %(name)s is één mail onduidelijk",
                         "Bij %(name)s zijn %(num)s mails onduidelijk", count,
                         name=mailing_name(mailing)),
                why, url_for("desk.mailing", key=mailing.key), _("Open de verzending"),
                RoleName.EDITOR)
    if count := count_unclear_single():
        yield Line("mind", ngettext("Eén losse mail is onduidelijk",
                                    "%(num)s losse mails zijn onduidelijk", count),
                   why, role=RoleName.EDITOR)
