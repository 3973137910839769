"""A late 250 while a newer claim holds the delivery: what was not yet offered is not (R06)."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select

from newsletter import clock
from newsletter.core import settings
from newsletter.deliveries.models import Delivery, DeliveryStatus, Outcome
from newsletter.deliveries.record import Result, record
from newsletter.extensions import db
from newsletter.jobs import Lane
from newsletter.mailer.smtp import Letter
from newsletter.sending.carry_out import carry_out_edition
from newsletter.sending.claim import Owed
from newsletter.sending.settle import LOOK_EVERY
from newsletter.transaction import transaction
from tests import material
from tests.faults.relay import Relay

OpenHouse = Callable[..., AbstractContextManager[Any]]


def _draft(owed: Owed) -> Any:
    letter = Letter("b@x.example", owed.address, [b"Subject: x\r\n\r\nhello\r\n"])
    return SimpleNamespace(owed=owed, started_at=0.0, is_offered=False, letter=lambda: letter)


def _statuses() -> dict[int, DeliveryStatus]:
    db.session.rollback()
    return dict(db.session.execute(select(Delivery.id, Delivery.status)).tuples().all())


def test_the_newer_claim_lets_go_of_what_a_late_answer_shows_as_sent(house: OpenHouse) -> None:
    with Relay() as relay, house(relay) as (_, post):
        with transaction():
            for _ in range(2):
                material.reader()
            edition_id = material.edition([material.article("data")]).id
        carry_out_edition(edition_id, settings=settings(), now=material.NOW)
        with transaction():
            slow, (due,) = material.claimed(Lane.BULK, limit=1, seconds=-1, worker="slow")
        with transaction():
            assert material.expire() == 1
        desk = post._open_desk()
        with transaction():
            batch = desk.claimer.claim(Lane.BULK, limit=9)
        desk.books.opened(batch)
        desk.outgoing.open(lambda: None)
        desk.outgoing.put([_draft(owed) for owed in batch.owed])
        (other,) = {owed.due.id for owed in batch.owed} - {due.id}
        now = clock.unix_seconds()
        with transaction():
            record([Result(due.id, slow, Outcome.ACCEPTED, DeliveryStatus.SENT, now, now, "250")],
                   worker="slow")
        desk.books._looked_at -= LOOK_EVERY + 1  # the second is over
        desk.books.settle(None)
        draft, _letter = desk.outgoing.next()
        assert draft.owed.due.id == other
        assert desk.outgoing.next() is None
        desk.outgoing.returned(draft)
        desk.outgoing.close()
        for _ in range(2):
            desk.books.settle(None)
        assert _statuses() == {due.id: DeliveryStatus.SENT, other: DeliveryStatus.PENDING}
        assert desk.books.is_clean
