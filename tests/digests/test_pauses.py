"""A pause: nothing meanwhile, and what waited in the first slot after it, once."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from newsletter.articles.models import Article
from newsletter.core import settings, signer
from newsletter.deliveries.models import Delivery, DeliveryStatus, MailKind, SkipReason
from newsletter.digests.models import DigestSlot
from newsletter.dkim_keys import Keyring
from newsletter.extensions import db
from newsletter.jobs import Lane
from newsletter.mailings.models import Mailing, Variant
from newsletter.sending.carry_out import carry_out_edition, carry_out_slot
from newsletter.sending.claim import Claimer
from newsletter.subscribers.models import Cadence, Subscription
from newsletter.subscribers.pause import pause, resume
from newsletter.subscribers.record_consent import Proof
from tests import material
from tests.material import NOW, article, reader, slot

WEEK, DAY, HOUR = timedelta(days=7), timedelta(days=1), timedelta(hours=1)
BY_HAND = Proof("preference_page", "/voorkeuren")


@pytest.fixture(autouse=True)
def _no_other_slots(session: Session) -> None:
    """The seeds' own slots and articles out of the way."""
    session.execute(delete(DigestSlot))
    session.execute(update(Article).values(released_at=None))
    session.commit()


def carry_out(at: datetime, *, cadence: Cadence = Cadence.WEEKLY) -> DigestSlot:
    made = slot(cadence=cadence, at=at)
    carry_out_slot(made.id, settings=settings(), now=at)
    return made


def titles(made: DigestSlot, subscription: Subscription) -> str | None:
    """The subject of what a reader gets from a slot; None when nothing was planned for her."""
    return db.session.scalar(
        select(Variant.preheader)
        .join(Delivery, Delivery.variant_id == Variant.id)
        .join(Mailing, Mailing.id == Delivery.mailing_id)
        .where(Mailing.digest_slot_id == made.id,
               Delivery.subscriber_id == subscription.subscriber_id)
    )


def test_nothing_comes_during_a_pause_and_what_waited_comes_in_the_next_slot() -> None:
    away, here = reader(), reader()
    first = carry_out(NOW)
    pause(away, (NOW + 2 * WEEK).date(), proof=BY_HAND, now=NOW + HOUR)
    article("data", released_at=NOW + DAY)
    second = carry_out(NOW + WEEK)
    article("data", released_at=NOW + WEEK + DAY)
    third = carry_out(NOW + 2 * WEEK)
    article("data", released_at=NOW + 2 * WEEK + DAY)
    fourth = carry_out(NOW + 3 * WEEK)
    assert titles(first, away) == titles(first, here)
    assert titles(second, away) is None
    assert "Eén nieuw artikel" in str(titles(second, here))
    assert "In je pauze verschenen twee artikelen over data." in str(titles(third, away))
    assert "Eén nieuw artikel" in str(titles(third, here))
    # What waited came once; from now on she shares a variant again.
    assert titles(fourth, away) == titles(fourth, here)


def test_what_came_before_the_pause_does_not_come_again() -> None:
    away = reader()
    article("data", released_at=NOW - DAY)
    assert titles(carry_out(NOW), away)
    pause(away, (NOW + WEEK).date(), proof=BY_HAND, now=NOW + HOUR)
    resume(away, proof=BY_HAND, now=NOW + DAY)
    assert titles(carry_out(NOW + WEEK), away) is None


def test_a_second_pause_before_the_first_slot_loses_nothing_that_waited() -> None:
    away = reader()
    carry_out(NOW)
    pause(away, (NOW + 9 * DAY).date(), proof=BY_HAND, now=NOW + HOUR)
    article("data", released_at=NOW + DAY)
    carry_out(NOW + WEEK)
    pause(away, (NOW + 20 * DAY).date(), proof=BY_HAND, now=NOW + 10 * DAY)
    carry_out(NOW + 2 * WEEK)
    assert "verscheen één artikel" in str(titles(carry_out(NOW + 3 * WEEK), away))


def test_a_pause_after_planning_skips_the_digest_and_keeps_its_articles_waiting() -> None:
    away = reader()
    article("data", released_at=NOW - DAY)
    planned = carry_out(NOW)
    # Far ahead, for a claim goes by the clock of the database.
    pause(away, date(2027, 11, 10), proof=BY_HAND, now=NOW + timedelta(seconds=5))
    db.session.flush()
    Claimer(settings(), signer(), Keyring.load(settings()), worker="w").claim(Lane.BULK, limit=50)
    mail = db.session.scalars(
        select(Delivery).where(Delivery.subscriber_id == away.subscriber_id,
                               Delivery.kind == MailKind.DIGEST)
    ).one()
    db.session.refresh(mail)
    assert (mail.status, mail.skip_reason) == (DeliveryStatus.SKIPPED, SkipReason.PAUSED)
    assert planned.id
    resume(away, proof=BY_HAND, now=NOW + DAY)
    assert "verscheen één artikel" in str(titles(carry_out(NOW + WEEK), away))


def test_a_missed_slot_within_a_pause_is_as_good_as_one_that_was_carried_out() -> None:
    away = reader(cadence=Cadence.MONTHLY)
    carry_out(NOW, cadence=Cadence.MONTHLY)
    pause(away, (NOW + 40 * DAY).date(), proof=BY_HAND, now=NOW + HOUR)
    article("data", released_at=NOW + DAY)
    slot(cadence=Cadence.MONTHLY, at=NOW + 30 * DAY)
    assert titles(carry_out(NOW + 60 * DAY, cadence=Cadence.MONTHLY), away)


def test_who_is_paused_gets_no_edition_and_counts_among_no_recipients() -> None:
    away, here = reader(), reader()
    pause(away, (NOW + 2 * WEEK).date(), proof=BY_HAND, now=NOW - HOUR)
    made = material.edition([article("data")])
    carry_out_edition(made.id, settings=settings(), now=NOW)
    served = set(db.session.scalars(
        select(Delivery.subscriber_id).where(Delivery.kind == MailKind.EDITION)))
    assert here.subscriber_id in served
    assert away.subscriber_id not in served
