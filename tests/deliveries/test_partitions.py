"""Partitions: opened with their month, never under a planning, dropped when all in them is old."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from newsletter import clock
from newsletter.deliveries import partitions as ledger
from newsletter.deliveries.models import MailKind
from newsletter.deliveries.partitions import STRIDE, drop_past, hold_partition, roll_over
from newsletter.deliveries.queue import SingleMail, queue_single
from newsletter.extensions import db
from newsletter.transaction import transaction
from tests import material
from tests.deliveries.old_ledger import KEY, MONTH, as_owner, live_long_ago, partitions
from tests.material import NOW

pytestmark = pytest.mark.usefixtures("committed")

LATER = NOW + MONTH


def queue_one(*, now: datetime = NOW, key: str | None = None) -> int | None:
    with transaction():
        who = material.reader().subscriber_id
        mail = SingleMail(kind=MailKind.MANAGE_LINK, subscriber_id=who, idempotency_key=key)
        return queue_single(mail, now=now)


def roll(now: datetime) -> int | None:
    with transaction():
        return roll_over(now=now)


def drop() -> int:
    with transaction():
        return drop_past()


def test_a_new_month_is_written_to_its_own_partition_and_one_more_stands_ready() -> None:
    assert partitions() == ["deliveries_0001", "deliveries_0002"]
    first = queue_one()
    assert 0 < (first or 0) < STRIDE
    assert roll(LATER) == 2
    assert partitions() == ["deliveries_0001", "deliveries_0002", "deliveries_0003"]
    assert STRIDE <= (queue_one() or 0) < 2 * STRIDE


def test_within_the_month_nothing_is_opened_unless_it_is_full(
    monkeypatch: pytest.MonkeyPatch
) -> None:
    queue_one()
    assert roll(NOW + timedelta(days=1)) is None
    monkeypatch.setattr(ledger, "MOST_ROWS", 1)
    assert roll(NOW + timedelta(days=1)) == 2


def test_the_month_ends_at_midnight_in_amsterdam() -> None:
    queue_one(now=datetime(2026, 10, 31, 22, 30, tzinfo=NOW.tzinfo))
    assert roll(datetime(2026, 10, 31, 22, 59, tzinfo=NOW.tzinfo)) is None
    assert roll(datetime(2026, 10, 31, 23, 1, tzinfo=NOW.tzinfo)) == 2


def test_an_empty_partition_is_not_left_for_a_new_one() -> None:
    assert roll(LATER) is None
    queue_one()
    assert roll(LATER) == 2
    assert roll(LATER + MONTH) is None


def test_rolling_over_waits_for_every_planning_and_plannings_for_nobody(committed: Flask) -> None:
    queue_one()

    def hold_too() -> None:
        with committed.app_context(), transaction():
            hold_partition()

    def roll_elsewhere() -> int | None:
        with committed.app_context():
            return roll(LATER)

    with ThreadPoolExecutor(1) as thread, transaction():
        hold_partition()
        thread.submit(hold_too).result(timeout=10)
        assert thread.submit(roll_elsewhere).result(timeout=10) is None
    assert roll(LATER) == 2


def test_a_partition_is_jumped_to_only_when_it_stood_before_the_jump() -> None:
    queue_one()
    as_owner("drop table attempts_0002, deliveries_0002")
    assert roll(LATER) is None
    assert partitions() == ["deliveries_0001", "deliveries_0002"]
    assert roll(LATER) == 2


def test_within_a_new_partition_a_reader_gets_a_mailing_once() -> None:
    queue_one()
    roll(LATER)
    twice = text("""
        insert into deliveries (kind, lane, mailing_id, variant_id, subscriber_id, created_at,
                                due_at)
        select 'edition', 'bulk', 1, 1, 7, now(), now() from generate_series(1, 2)""")
    with pytest.raises(IntegrityError, match="uq_deliveries_mailing_id_subscriber_id_0002"):
        db.session.execute(twice)


def test_a_key_stays_used_in_the_partitions_that_follow() -> None:
    assert queue_one(key="once:1") is not None
    roll(LATER)
    assert queue_one(key="once:1") is None
    assert queue_one(key="once:2") is not None


def test_of_two_that_queue_one_key_at_once_one_queues(committed: Flask) -> None:
    with transaction():
        who = material.reader().subscriber_id

    def queue(_: int) -> int | None:
        with committed.app_context(), transaction():
            mail = SingleMail(kind=MailKind.WELCOME, subscriber_id=who, idempotency_key="w:1")
            return queue_single(mail, now=NOW)

    with ThreadPoolExecutor(4) as threads:
        ids = [each for each in threads.map(queue, range(8)) if each is not None]
    assert [each.id for each in material.deliveries(MailKind.WELCOME)] == ids
    assert len(ids) == 1


def test_the_past_is_dropped_whole_with_its_attempts_and_keys() -> None:
    live_long_ago()
    with transaction():
        db.session.execute(text("""
            insert into idempotency_keys select 'welcome:new', clock_timestamp()"""))
    assert drop() == 4
    assert drop() == 0
    assert partitions() == ["deliveries_0002", "deliveries_0003"]
    assert material.deliveries() == []
    assert db.session.scalar(text("select count(*) from attempts")) == 0
    assert db.session.scalars(text("select key from idempotency_keys")).all() == ["welcome:new"]
    assert queue_one(key=KEY) is not None


KEPT = {
    "something is open": "status = 'deferred', sent_at = null where mailing_id is null",
    "something is young": "created_at = now() - interval '11 months' where mailing_id is null",
    "the last is young": "created_at = now() - interval '11 months' where id ="
                         " (select max(id) from deliveries)",
}


@pytest.mark.parametrize("change", KEPT.values(), ids=KEPT.keys())
def test_a_partition_stays_whole_while_anything_in_it_may_not_go(change: str) -> None:
    live_long_ago()
    with transaction():
        db.session.execute(text(f"update deliveries set {change}"))
    assert drop() == 0
    assert len(material.deliveries()) == 4
    assert db.session.scalar(text("select count(*) from past_recipients")) == 0


@pytest.mark.parametrize("number", [2, 3, 99])
def test_what_is_written_to_or_not_there_is_never_dropped(number: int) -> None:
    live_long_ago()
    with transaction():
        assert db.session.scalar(
            text("select drop_partition(:number)"), {"number": number}) == 0


def test_a_partition_in_use_is_dropped_another_time(committed: Flask) -> None:
    live_long_ago()
    with db.engine.connect() as reader, reader.begin():
        reader.execute(text("select count(*) from deliveries"))
        with pytest.raises(OperationalError, match="in use"):
            drop()
    assert len(material.deliveries()) == 4
    assert db.session.scalar(text("select count(*) from past_recipients")) == 0
    assert drop() == 4


@pytest.mark.parametrize("statement", [
    "drop table deliveries_0002",
    "delete from attempts_0001",
    "select make_partition(7)",
    "update attempts_0002 set worker = 'x'",
    "insert into past_outcomes select from past_outcomes",
    "delete from past_recipients",
])
def test_the_app_itself_can_change_no_partition_and_no_past(statement: str) -> None:
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
        db.session.execute(text(statement))


def test_the_clock_of_the_caller_opens_and_that_of_the_database_drops() -> None:
    queue_one(now=clock.now())
    assert roll(clock.now() + 1000 * MONTH) == 2
    assert drop() == 0
