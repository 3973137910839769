"""A restored database that thinks a digest is held: it may have been released since the backup."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import delete, select, update

from newsletter import clock
from newsletter.articles.models import Article
from newsletter.core import settings, signer
from newsletter.deliveries.hold import hold
from newsletter.deliveries.models import DeliveryStatus, MailKind, SkipReason
from newsletter.digests.models import DigestSlot, SlotStatus
from newsletter.extensions import db
from newsletter.high_water import Mark
from newsletter.sending.carry_out import carry_out_slot
from newsletter.sending.reconcile import reconcile
from newsletter.transaction import transaction
from tests import material


def test_what_was_held_never_leaves_after_a_restore_and_its_articles_wait_for_the_next(
    committed: Flask,
) -> None:
    now = clock.now()
    with transaction():
        db.session.execute(delete(DigestSlot))
        db.session.execute(update(Article).values(released_at=None))
        who = material.reader("data", at=now - timedelta(days=30)).subscriber_id
        material.article("data", released_at=now - timedelta(hours=2))
        held = material.slot(at=now - timedelta(hours=1))
        held.status, held.is_held = SlotStatus.HELD, True
        held_id, next_id = held.id, material.slot(at=now + timedelta(days=7)).id
    with transaction():
        hold(Mark(), by="system", now=now)
    reconcile(settings(), signer(), is_mark_whole=False, operator="noor",
              on_done=lambda _done, _all: None)
    assert db.session.get_one(DigestSlot, held_id).status is SlotStatus.CARRIED_OUT
    (closed,) = material.deliveries(MailKind.DIGEST)
    assert (closed.status, closed.skip_reason) == (DeliveryStatus.SKIPPED, SkipReason.RESTORED)
    db.session.rollback()
    carry_out_slot(next_id, settings=settings(), now=now + timedelta(days=7))
    (_, owed) = material.deliveries(MailKind.DIGEST)
    assert (owed.subscriber_id, owed.status) == (who, DeliveryStatus.PENDING)
    assert db.session.scalar(
        select(DigestSlot.readers_due).where(DigestSlot.id == next_id)) == 1
