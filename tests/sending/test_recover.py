"""Recovery: what an owner that is gone knew is not guessed but read in its journal."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from newsletter import clock
from newsletter.core import settings
from newsletter.deliveries.models import Attempt, Claim, Delivery, DeliveryStatus, Outcome
from newsletter.deliveries.record import Result
from newsletter.extensions import db
from newsletter.jobs import Lane
from newsletter.mailings.queries import get_mailing, progress
from newsletter.sending import settle
from newsletter.sending.journal import Journal
from newsletter.sending.recover import recover
from newsletter.transaction import transaction
from tests import material
from tests.faults.relay import Relay
from tests.sending.published import publish

OpenHouse = Callable[..., AbstractContextManager[Any]]
WORKER = "host:12:ab"


def _statuses() -> list[DeliveryStatus]:
    db.session.rollback()
    return list(db.session.scalars(select(Delivery.status).order_by(Delivery.id)))


def _held(spool: Path) -> Journal:
    """A claim of three: the first answered, the second offered, the third not yet."""
    with transaction():
        claim_id, due = material.claimed(Lane.BULK, limit=3, worker=WORKER)
    now = clock.unix_seconds()
    kept = Journal(spool, WORKER)
    for each in due[:2]:
        kept.offering(each.id, claim_id)
    kept.outcome(Result(due[0].id, claim_id, Outcome.ACCEPTED, DeliveryStatus.SENT, now, now,
                        "250 2.0.0", "taken", 0.0, "<a@example>", due[0].mailing_id))
    return kept


def test_of_a_dead_owner_each_delivery_becomes_what_its_journal_says(house: OpenHouse) -> None:
    with Relay() as relay, house(relay):
        publish(3)
        kept = _held(settings().spool)
        kept.close(is_settled=False)
        recover(settings(), now=material.NOW)
        assert _statuses() == ["sent", "unclear", "pending"]
        assert not kept.path.exists()
        outcomes = db.session.scalars(select(Attempt.outcome).order_by(Attempt.delivery_id)).all()
        assert outcomes == [Outcome.ACCEPTED, Outcome.UNCLEAR]
        assert db.session.scalars(
            select(Claim.id).where(Claim.lease_until.is_not(None))).all() == []


def test_an_owner_that_lives_keeps_what_it_holds_until_its_lease_is_over(house: OpenHouse) -> None:
    with Relay() as relay, house(relay):
        publish(3)
        kept = _held(settings().spool)
        recover(settings(), now=material.NOW)
        assert _statuses() == ["claimed"] * 3
        with transaction():
            for claim in db.session.scalars(select(Claim)):
                claim.lease_until = material.NOW
        recover(settings(), now=material.NOW)
        assert _statuses() == ["sent", "unclear", "pending"]
        assert kept.path.exists()
        kept.close(is_settled=True)


@pytest.mark.parametrize("is_open", [True, False])
def test_after_a_new_start_of_the_machine_what_the_journal_lacks_may_have_been_offered(
    house: OpenHouse, is_open: bool
) -> None:
    """The power went, and with it what the disk had not taken."""
    with Relay() as relay, house(relay):
        publish(3)
        kept = _held(settings().spool)
        raw = bytearray(kept.path.read_bytes())
        raw[16] ^= 1  # the first letter of the name of that start
        kept.path.write_bytes(raw)
        if is_open:  # by another that has it in hand, so that only the lease tells
            with transaction():
                for claim in db.session.scalars(select(Claim)):
                    claim.lease_until = material.NOW
        else:
            kept.close(is_settled=False)
        recover(settings(), now=material.NOW)
        assert _statuses() == ["sent", "unclear", "unclear"]
        assert kept.path.exists() == is_open
        if is_open:
            kept.close(is_settled=True)


def test_without_a_journal_all_of_an_expired_claim_may_have_been_offered(house: OpenHouse) -> None:
    with Relay() as relay, house(relay):
        publish(3)
        _held(settings().spool).close(is_settled=True)
        with transaction():
            for claim in db.session.scalars(select(Claim)):
                claim.lease_until = material.NOW
        recover(settings(), now=material.NOW)
        assert _statuses() == ["unclear"] * 3


def test_answers_that_were_never_committed_are_not_asked_for_twice(
    house: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a process dies between the relay's answer and its commit."""

    def die(*_: object, **__: object) -> None:
        raise RuntimeError("died before the commit")

    with Relay() as relay, house(relay) as (_, post):
        publish(12)
        with monkeypatch.context() as dying:
            dying.setattr(settle, "record", die)
            with pytest.raises(RuntimeError, match="died"):
                post.run(Lane.BULK, seconds=30)
        recover(settings(), now=material.NOW)
        offered = set(db.session.scalars(
            select(Attempt.delivery_id).where(Attempt.outcome.in_(("unclear", "dropped")))))
        taken = len(relay.journal.entries)
        assert taken > 0
        assert _statuses().count(DeliveryStatus.SENT) >= taken - len(offered)
        assert _statuses().count(DeliveryStatus.SENT) > 0
        post.run(Lane.BULK, seconds=30)
        db.session.rollback()
        ledger = progress(get_mailing("edition:90-8"))
        assert relay.journal.repeats() <= len(offered)
        assert ledger.closes
