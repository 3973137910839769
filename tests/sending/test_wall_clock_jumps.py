"""A wall clock that jumps takes no living claim from its worker, and leaves it none that is over.

A worker judges its leases by the boot clock, and recovery by the database's (R07, R27).
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select, text

from newsletter import clock
from newsletter.core import settings
from newsletter.deliveries.models import Attempt, Claim, Outcome
from newsletter.extensions import db
from newsletter.jobs import Lane
from newsletter.sending.recover import recover
from newsletter.sending.run import Post
from newsletter.transaction import transaction
from tests import material
from tests.faults.relay import Relay
from tests.sending.published import publish

OpenHouse = Callable[..., AbstractContextManager[Any]]
READERS = 12
LEASE = 30.0  # seconds, as it is unless it is set
JUMPS = pytest.mark.parametrize("hours", [2, -2])


@pytest.fixture
def asleep(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """So many seconds more than have passed are over by the boot clock, as after a sleep."""
    seconds, awake = [0.0], clock.boot_seconds
    monkeypatch.setattr(clock, "boot_seconds", lambda: awake() + seconds[0])
    return seconds


def _at_third_mail(relay: Relay, core: Flask, deed: Callable[[], object]) -> None:
    """The relay has the third mail whole, and answers it after this deed."""

    def decide(step: str, _recipient: str, _times: int) -> None:
        if step == "dot" and len(relay.journal.entries) == 2:
            with core.app_context():
                deed()

    relay.script.decide = decide


def _lease_ends() -> datetime:
    db.session.rollback()
    return db.session.scalars(select(func.max(Claim.lease_until))).one()


@contextmanager
def _clocked(house: OpenHouse) -> Iterator[tuple[Relay, Flask, Post, Any]]:
    """An edition that is due for all readers, and a wall clock that can be shifted."""
    with Relay() as relay, house(relay, SMTP_CONNECTIONS="1") as (core, post):
        publish(READERS)
        with time_machine.travel(clock.now()) as wall:
            yield relay, core, post, wall


def _check_one_copy_each(relay: Relay) -> None:
    assert len(relay.journal.copies()) == READERS
    assert relay.journal.repeats() == 0
    db.session.rollback()
    outcomes = db.session.scalars(select(Attempt.outcome)).all()
    assert outcomes == [Outcome.ACCEPTED] * READERS


@JUMPS
def test_a_jump_of_the_wall_clock_takes_no_living_claim_away(
    house: OpenHouse, hours: int
) -> None:
    """In one run, with a mail on the wire and recovery in its midst."""
    with _clocked(house) as (relay, core, post, wall):
        recovered: list[int] = []

        def leap() -> None:
            wall.shift(timedelta(hours=hours))
            recover(settings(), now=clock.now())
            recovered.append(hours)

        _at_third_mail(relay, core, leap)
        assert post.run(Lane.BULK, seconds=30).sent == READERS
        assert recovered == [hours]
        assert post.run(Lane.BULK, seconds=30).sent == 0
        _check_one_copy_each(relay)


@JUMPS
def test_a_lease_is_renewed_in_time_whatever_the_wall_clock_says(
    house: OpenHouse, hours: int, asleep: list[float]
) -> None:
    with _clocked(house) as (relay, core, post, wall):
        renewed: list[bool] = []

        def leap() -> None:
            ends_at, tries = _lease_ends(), 500
            wall.shift(timedelta(hours=hours))
            asleep[0] = LEASE / 3 + 1
            while _lease_ends() <= ends_at and (tries := tries - 1):
                threading.Event().wait(0.02)  # the clerk is another thread
            renewed.append(_lease_ends() > ends_at)

        _at_third_mail(relay, core, leap)
        assert post.run(Lane.BULK, seconds=30).sent == READERS
        assert renewed == [True]
        _check_one_copy_each(relay)


@JUMPS
def test_a_worker_that_slept_past_its_lease_offers_nothing_more(
    house: OpenHouse, hours: int, asleep: list[float]
) -> None:
    """Another holds all of it by then: each mail that left now would be a second copy."""
    with _clocked(house) as (relay, core, post, wall):
        post._appetite.limit = 1000  # as after a fast run: all of it is in its first claim
        taken_over: list[int] = []

        def sleep() -> None:
            with transaction():
                db.session.execute(text("update claims set lease_until = clock_timestamp()"
                                        " - interval '1 second' where lease_until is not null"))
                material.expire()
                _, held = material.claimed(Lane.BULK, limit=99, worker="another")
                taken_over.append(len(held))
            asleep[0] = LEASE + 1
            wall.shift(timedelta(hours=hours))

        _at_third_mail(relay, core, sleep)
        post.run(Lane.BULK, seconds=30)
        assert taken_over[0] >= READERS - 2  # but for two, if their answers were written down
        assert len(relay.journal.entries) == 3
        assert relay.journal.repeats() == 0
