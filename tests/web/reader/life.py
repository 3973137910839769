"""A reader with a rich life: mails of every sort, choices changed, and what she said of herself."""

from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from newsletter.core import settings, signer
from newsletter.deliveries.models import (
    Attempt,
    Delivery,
    DeliveryStatus,
    MailKind,
    Outcome,
    SkipReason,
)
from newsletter.deliveries.queue import SingleMail, queue_single
from newsletter.extensions import Model
from newsletter.mailings.owe_notice import owe_notice
from newsletter.mailings.settle_notices import settle_notices
from newsletter.sending.carry_out import carry_out_edition, carry_out_slot
from newsletter.subscribers import choices as chosen
from newsletter.subscribers.change import change_choices
from newsletter.subscribers.change_address import ask_change
from newsletter.subscribers.change_details import change_details
from newsletter.subscribers.details import Details
from newsletter.subscribers.models import Cadence, Sector, Subscription
from newsletter.subscribers.pause import pause, resume
from newsletter.subscribers.record_consent import Proof
from newsletter.tokens import Purpose
from tests.material import NOW, article, edition, reader, slot

# What a spreadsheet would take for a formula.
FORMULA = "=cmd|' /C calc'!A0"


def choices_of(subscription: Subscription) -> str:
    """The address of her preference page, as every mailing holds it."""
    token = signer().make(
        Purpose.MANAGE, subscription.subscriber_id, nonce=subscription.link_nonce
    )
    return f"/voorkeuren/{token}"


def data_of(subscription: Subscription, *, minutes_ago: int = 0) -> str:
    """The address of the pages of her own data, as the fresh link holds it."""
    token = signer().make(
        Purpose.PERSONAL, subscription.subscriber_id, nonce=subscription.link_nonce,
        issued_at=NOW - timedelta(minutes=minutes_ago),
    )
    return f"/mijn-gegevens/{token}"


def everything(session: Session) -> dict[str, list[str]]:
    """Every row of every table, as text."""
    session.flush()
    return {
        table.name: sorted(session.scalars(text(f'select t::text from "{table.name}" t')))
        for table in Model.metadata.sorted_tables
    }


@dataclass
class Life:
    """A reader, and the ids of her mails by kind."""

    subscription: Subscription
    mails: dict[MailKind, int]


def rich_life(session: Session) -> Life:
    """Mails sent, refused and skipped; choices changed, a pause, and a wish to move."""
    anne = reader("data", "leiderschap")
    bystander = reader("data")
    made = edition([article("data", released_at=NOW - timedelta(hours=2))])
    article("data", released_at=NOW - timedelta(hours=1))
    due = slot()
    owe_notice("Het thema Data heet voortaan Gegevens.", "The theme Data is now called Figures.",
               to=select(Subscription.subscriber_id)
               .where(Subscription.subscriber_id == anne.subscriber_id), now=NOW)
    session.commit()
    carry_out_edition(made.id, settings=settings(), now=NOW)
    carry_out_slot(due.id, settings=settings(), now=NOW)
    for kind in (MailKind.WELCOME, MailKind.MANAGE_LINK):
        queue_single(SingleMail(kind=kind, subscriber_id=anne.subscriber_id), now=NOW)
    proof = Proof("preference_page", "/voorkeuren")
    change_choices(anne, replace(chosen.of(anne), cadence=Cadence.MONTHLY),
                   source_page="/voorkeuren", now=NOW)
    pause(anne, (NOW + timedelta(days=20)).date(), proof=proof, now=NOW)
    resume(anne, proof=proof, now=NOW)
    change_details(anne, Details("Anne de Vries", FORMULA, Sector.GEMEENTE))
    ask_change(anne, "anne@thuis.example", signer=signer(), now=NOW)
    session.flush()
    mails: dict[MailKind, int] = {}
    for mail in session.scalars(select(Delivery).order_by(Delivery.id)):
        if mail.subscriber_id == anne.subscriber_id:
            mails[mail.kind] = mail.id
        _settle(session, mail)
    session.flush()
    settle_notices()
    assert bystander.subscriber_id != anne.subscriber_id
    session.commit()
    return Life(anne, mails)


def _settle(session: Session, mail: Delivery) -> None:
    if mail.kind is MailKind.MANAGE_LINK:
        mail.status, mail.skip_reason = DeliveryStatus.SKIPPED, SkipReason.SUPERSEDED
        return
    is_refused = mail.kind is MailKind.WELCOME
    mail.status = DeliveryStatus.FAILED if is_refused else DeliveryStatus.SENT
    mail.sent_at, mail.ended_at = (None if is_refused else NOW), NOW
    mail.reply_code, mail.attempts = ("550" if is_refused else "250"), 1
    mail.message_id = f"<{mail.id}@nieuws.example>"
    session.add(Attempt(
        delivery_id=mail.id, claim_id=1, worker="w", started_at=NOW, ended_at=NOW,
        outcome=Outcome.REFUSED if is_refused else Outcome.ACCEPTED,
        reply_code=mail.reply_code, reply_text="mailbox full" if is_refused else "2.0.0 queued",
    ))
