"""A correction as the desk makes one: opened, written, approved by another, carried out."""

from datetime import datetime

from newsletter.core import settings
from newsletter.deliveries.models import DeliveryStatus
from newsletter.editions.approve import approve
from newsletter.editions.ask_approval import ask_approval
from newsletter.editions.compose import Texts
from newsletter.editions.models import Edition
from newsletter.editions.write_correction import open_correction, write_correction
from newsletter.mailings.correction_models import Correction
from newsletter.mailings.pause import pause
from newsletter.mailings.queries import get_mailing
from newsletter.sending.carry_correction import carry_correction
from newsletter.sending.carry_out import carry_out_edition
from newsletter.sending.compile_now import compile_now
from tests.material import deliveries, person


def approved_correction(
    edition: Edition, *, subject: str, now: datetime
) -> tuple[Correction, int]:
    """A correction of the edition's paused mailing, ready to go on, and who wrote it."""
    mailing, by = get_mailing(f"edition:{edition.key}"), person().id
    made = open_correction(edition, mailing, by=by, now=now)
    write_correction(edition, made, Texts("Een editie", subject, "", "Dag lezer, nu goed."),
                     text_nl="In de mail stond een verkeerde datum.",
                     text_en="The mail had a wrong date.", revision=made.revision, by=by, now=now)
    asked = ask_approval(edition, compile_now(edition, settings=settings()), asked_by=by,
                         now=now, is_correction=True)
    approve(edition, asked.id, by=person(), now=now)
    return made, by


def corrected(edition: Edition, *, subject: str = "Verbeterd", now: datetime) -> Correction:
    """The edition, carried out and corrected, in one go; its first reader had the old text."""
    mailing = get_mailing(f"edition:{edition.key}")
    pause(mailing.id, now=now)
    made, by = approved_correction(edition, subject=subject, now=now)
    return carry_correction(edition, made, by=by, settings=settings(), now=now)


def sent_and_corrected(edition: Edition, *, now: datetime) -> Correction:
    """The same from the beginning: to be asked outside a transaction."""
    carry_out_edition(edition.id, settings=settings(), now=now)
    mailing = get_mailing(f"edition:{edition.key}")
    first = next(each for each in deliveries() if each.mailing_id == mailing.id)
    first.status, first.sent_at, first.ended_at = DeliveryStatus.SENT, now, now
    return corrected(edition, now=now)
