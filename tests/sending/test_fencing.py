"""Fencing: who lost a claim may settle nothing with it, save a 250 that came late."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from newsletter import clock
from newsletter.core import settings
from newsletter.deliveries.claim import let_go_unknown, release, renew
from newsletter.deliveries.due import lock_due
from newsletter.deliveries.models import Attempt, Delivery, DeliveryStatus, Outcome
from newsletter.deliveries.record import Result, record
from newsletter.extensions import db
from newsletter.jobs import Lane
from newsletter.sending.carry_out import carry_out_edition
from newsletter.sending.lease import Leases
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


def _claim() -> tuple[int, int]:
    with transaction():
        claim_id, (due,) = material.claimed(Lane.BULK, limit=1, seconds=60)
    return claim_id, due.id


def _expire() -> None:
    with transaction():
        db.session.execute(
            text("update claims set lease_until = clock_timestamp() - interval '1 second'")
        )
        assert material.expire() == 1


def _settle(claim_id: int, delivery_id: int, outcome: Outcome, status: DeliveryStatus) -> None:
    now = clock.unix_seconds()
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
        assert renew([lost], lease=LEASE) == []
        release([delivery_id], claim_ids=[lost], wait=timedelta(0))
    assert _status() is DeliveryStatus.CLAIMED


def test_two_workers_never_hold_the_same_delivery(one: Any) -> None:
    _claim()
    with transaction():
        assert lock_due(Lane.BULK, limit=8) == []


def test_a_claim_whose_commit_was_not_heard_of_is_given_back(one: Any) -> None:
    """R11: the server committed, and the client saw the connection break."""
    known, _ = _claim()
    with transaction():
        assert let_go_unknown("w", known=[known]) == 0
        assert let_go_unknown("w", known=[]) == 1
    assert _status() is DeliveryStatus.PENDING


def test_a_lease_is_judged_by_the_boot_clock_with_a_margin(one: Any) -> None:
    leases, now = Leases(LEASE), clock.boot_seconds()
    leases.add(1, 1, asked_at=now)
    leases.add(2, 1, asked_at=now - 46)
    assert leases.holds(1)
    assert not leases.holds(2)
    assert not leases.holds(3)


def test_a_lease_asks_for_renewal_before_it_ends(one: Any) -> None:
    leases, now = Leases(LEASE), clock.boot_seconds()
    leases.add(1, 1, asked_at=now - 21)
    assert leases.ask_renewal()
    leases.renewed([1], asked_at=now)
    assert not leases.ask_renewal()
    leases.renewed([], asked_at=now)
    assert not leases.holds(1)
