"""Two processes that recover the same dead owner at once: nothing becomes unclear by that."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from flask import Flask
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import OperationalError

from newsletter.core import settings
from newsletter.deliveries.models import Delivery
from newsletter.extensions import db
from newsletter.sending.recover import recover
from tests import material
from tests.faults.parts import wait_until
from tests.faults.relay import Relay
from tests.sending.dead import dead_owner

OpenHouse = Callable[..., AbstractContextManager[Any]]
_BLOCKED = text("select count(*) from pg_locks where not granted")


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
        kept, ended = dead_owner(), list[str]()
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
        kept = dead_owner()
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
        kept, ended = dead_owner(), list[str]()
        for each in [_recovering(core, ended) for _ in range(4)]:
            each.join(30)
        assert ended == ["done"] * 4
        assert _statuses() == ["sent", "unclear", "pending"]
        recover(settings(), now=material.NOW)
        assert not kept.path.exists()
