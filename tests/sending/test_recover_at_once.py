"""Two processes that recover the same dead owner at once: nothing becomes unclear by that."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from flask import Flask
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import OperationalError

from newsletter import clock
from newsletter.core import settings
from newsletter.deliveries.models import Claim, Delivery, DeliveryStatus, Outcome
from newsletter.deliveries.record import Result
from newsletter.extensions import db
from newsletter.jobs import Lane
from newsletter.sending.carry_out import carry_out_edition
from newsletter.sending.journal import Journal
from newsletter.sending.recover import recover
from newsletter.transaction import transaction
from tests import material
from tests.faults.parts import wait_until
from tests.faults.relay import Relay

OpenHouse = Callable[..., AbstractContextManager[Any]]
WORKER = "host:12:ab"
_BLOCKED = text("select count(*) from pg_locks where not granted")


def _dead() -> Journal:
    """An owner that is gone, of whom all leases are over too: one sent, one offered, one not."""
    with transaction():
        for _ in range(3):
            material.reader()
        edition_id = material.edition([material.article("data")]).id
    carry_out_edition(edition_id, settings=settings(), now=material.NOW)
    with transaction():
        claim_id, due = material.claimed(Lane.BULK, limit=3, worker=WORKER)
    now = clock.unix_seconds()
    kept = Journal(settings().spool, WORKER)
    for each in due[:2]:
        kept.offering(each.id, claim_id)
    kept.outcome(Result(due[0].id, claim_id, Outcome.ACCEPTED, DeliveryStatus.SENT, now, now,
                        "250 2.0.0", "taken", 0.0, "<a@example>", due[0].mailing_id))
    kept.close(is_settled=False)
    with transaction():
        for claim in db.session.scalars(select(Claim)):
            claim.lease_until = material.NOW
    return kept


def _statuses() -> list[str]:
    db.session.rollback()
    return [each.value for each in db.session.scalars(
        select(Delivery.status).order_by(Delivery.id))]


def _recovering(core: Flask, ended: list[str]) -> threading.Thread:
    """Another process's tick, with a session and a connection of its own."""

    def tick() -> None:
        with core.app_context():
            try:
                recover(settings(), now=material.NOW)
            except OperationalError:
                ended.append("lost its database")
            else:
                ended.append("done")
            finally:
                db.session.remove()

    thread = threading.Thread(target=tick)
    thread.start()
    return thread


def _blocked(watcher: Connection) -> int:
    return int(watcher.scalar(_BLOCKED) or 0)


def test_a_second_that_comes_while_the_first_writes_leaves_the_journal_to_it(
    house: OpenHouse,
) -> None:
    """Also when the first then loses its database: the journal is there for the next."""
    with Relay() as relay, house(relay) as (core, _):
        kept, ended = _dead(), list[str]()
        with db.engine.connect() as blocker, db.engine.connect() as watcher:
            watcher.execution_options(isolation_level="AUTOCOMMIT")
            blocker.execute(text("select id from deliveries for update"))
            first = _recovering(core, ended)
            wait_until(lambda: _blocked(watcher) == 1, seconds=20, what="the first to wait")
            second = _recovering(core, ended)
            wait_until(lambda: bool(ended) or _blocked(watcher) == 2, seconds=20,
                       what="the second")
            watcher.execute(text("""
                select pg_terminate_backend(pid) from pg_stat_activity
                 where pid = (select pid from pg_locks where not granted order by waitstart limit 1)
            """))
            wait_until(lambda: "lost its database" in ended, seconds=20, what="the first's end")
            blocker.rollback()
            for each in (first, second):
                each.join(30)
        assert sorted(ended) == ["done", "lost its database"]
        recover(settings(), now=material.NOW)
        assert _statuses() == ["sent", "unclear", "pending"]
        assert not kept.path.exists()


def test_a_journal_stays_while_another_resolves_its_claims_by_their_lease(
    house: OpenHouse,
) -> None:
    with Relay() as relay, house(relay):
        kept = _dead()
        with db.engine.connect() as other:
            other.execute(text("select id from claims where lease_until is not null for update"))
            recover(settings(), now=material.NOW)
            assert kept.path.exists()
            assert _statuses() == ["claimed"] * 3
        recover(settings(), now=material.NOW)
        assert _statuses() == ["sent", "unclear", "pending"]
        assert not kept.path.exists()


def test_many_at_once_settle_it_once(house: OpenHouse) -> None:
    with Relay() as relay, house(relay) as (core, _):
        kept, ended = _dead(), list[str]()
        for each in [_recovering(core, ended) for _ in range(4)]:
            each.join(30)
        assert ended == ["done"] * 4
        assert _statuses() == ["sent", "unclear", "pending"]
        recover(settings(), now=material.NOW)
        assert not kept.path.exists()
