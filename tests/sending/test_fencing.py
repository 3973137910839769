"""Fencing: who lost a claim may settle nothing with it, save a 250 that came late."""

import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from newsletter import clock
from newsletter.core import settings
from newsletter.deliveries.claim import claim, release, renew
from newsletter.deliveries.models import Attempt, Delivery, DeliveryStatus, Outcome
from newsletter.deliveries.record import Result, record
from newsletter.deliveries.recover import expire_leases
from newsletter.extensions import db
from newsletter.jobs import Lane
from newsletter.sending.carry_out import carry_out_edition
from newsletter.sending.lease import Lease
from newsletter.transaction import transaction
from tests import material
from tests.faults.relay import Relay

OpenHouse = Callable[..., AbstractContextManager[Any]]
LEASE = timedelta(seconds=60)


@pytest.fixture
def one(house: OpenHouse) -> Any:
    """A house with one delivery due."""
    with Relay() as relay, house(relay) as (core, _post):
        with transaction():
            material.reader()
            edition_id = material.edition([material.article("data")]).id
        carry_out_edition(edition_id, settings=settings(), now=material.NOW)
        yield core


def _claim() -> tuple[uuid.UUID, int]:
    claim_id = uuid.uuid4()
    with transaction():
        (claimed,) = claim(Lane.BULK, limit=1, claim_id=claim_id, lease=LEASE)
    return claim_id, claimed.id


def _expire() -> None:
    with transaction():
        db.session.execute(
            text("update deliveries set lease_until = clock_timestamp() - interval '1 second'")
        )
        assert expire_leases() == 1


def _settle(claim_id: uuid.UUID, delivery_id: int, outcome: Outcome, status: Any) -> None:
    now = clock.now()
    with transaction():
        record([Result(delivery_id, claim_id, outcome, status, now, now, "code")], worker="test")


def _status() -> DeliveryStatus:
    db.session.rollback()
    return db.session.scalars(select(Delivery.status)).one()


def test_a_lost_claim_cannot_fail_what_another_holds(one: Any) -> None:
    lost, delivery_id = _claim()
    _expire()
    held, _ = _claim()
    _settle(lost, delivery_id, Outcome.REFUSED, DeliveryStatus.FAILED)
    assert _status() is DeliveryStatus.CLAIMED
    _settle(held, delivery_id, Outcome.ACCEPTED, DeliveryStatus.SENT)
    assert _status() is DeliveryStatus.SENT


def test_a_late_250_settles_what_is_in_nobodys_hands(one: Any) -> None:
    lost, delivery_id = _claim()
    _expire()
    _settle(lost, delivery_id, Outcome.ACCEPTED, DeliveryStatus.SENT)
    assert _status() is DeliveryStatus.SENT


def test_a_delivery_that_was_sent_never_moves_again(one: Any) -> None:
    held, delivery_id = _claim()
    _settle(held, delivery_id, Outcome.ACCEPTED, DeliveryStatus.SENT)
    _settle(held, delivery_id, Outcome.DEFERRED, DeliveryStatus.DEFERRED)
    assert _status() is DeliveryStatus.SENT


def test_recording_twice_adds_nothing(one: Any) -> None:
    held, delivery_id = _claim()
    for _ in range(3):
        _settle(held, delivery_id, Outcome.ACCEPTED, DeliveryStatus.SENT)
    assert len(db.session.scalars(select(Attempt)).all()) == 1
    assert db.session.scalars(select(Delivery.attempts)).one() == 1


def test_a_lost_claim_can_be_neither_renewed_nor_given_back(one: Any) -> None:
    lost, delivery_id = _claim()
    _expire()
    _claim()
    with transaction():
        assert renew(lost, lease=LEASE) == 0
        release([delivery_id], claim_id=lost, wait=timedelta(0))
    assert _status() is DeliveryStatus.CLAIMED


def test_two_workers_never_hold_the_same_delivery(one: Any) -> None:
    _claim()
    with transaction():
        assert claim(Lane.BULK, limit=8, claim_id=uuid.uuid4(), lease=LEASE) == []


def test_a_lease_is_judged_by_the_boot_clock_with_a_margin(one: Any) -> None:
    now = clock.boot_seconds()
    assert Lease(one, uuid.uuid4(), length=LEASE, asked_at=now).holds()
    assert not Lease(one, uuid.uuid4(), length=LEASE, asked_at=now - 46).holds()


def test_a_lease_is_renewed_while_we_wait(one: Any) -> None:
    short = timedelta(seconds=0.6)
    claim_id = uuid.uuid4()
    asked_at = clock.boot_seconds()
    with transaction():
        claim(Lane.BULK, limit=1, claim_id=claim_id, lease=short)
    with Lease(one, claim_id, length=short, asked_at=asked_at) as lease:
        until = clock.boot_seconds() + 1.5
        while clock.boot_seconds() < until:
            with transaction():
                assert expire_leases() == 0
        assert lease.holds()
