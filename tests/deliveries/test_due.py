"""What a claim reads: what is owed and nothing else, whatever the statistics say."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, text

from newsletter.core import settings
from newsletter.deliveries.claim import release
from newsletter.deliveries.due import lanes_with_work, lock_due
from newsletter.deliveries.models import DeliveryStatus, MailKind, Outcome
from newsletter.deliveries.partitions import roll_over
from newsletter.deliveries.queue import SingleMail, queue_single
from newsletter.deliveries.record import Result, record
from newsletter.extensions import db
from newsletter.jobs import Lane
from newsletter.mailings.close import close_finished
from newsletter.mailings.models import Mailing
from newsletter.mailings.pause import pause
from newsletter.mailings.queries import get_mailing
from newsletter.sending.carry_out import carry_out_edition
from newsletter.transaction import transaction
from tests import material
from tests.deliveries.old_ledger import MONTH, as_owner
from tests.material import NOW

PAST, PRESENT = "deliveries_0001", "deliveries_0002"
MANY = 30_000
# Far more than a claim takes, and never looked at by the statistics.
_MORE = """
    insert into deliveries (kind, lane, mailing_id, variant_id, subscriber_id, status, sent_at,
                            ended_at, created_at, due_at)
    select 'edition', 'bulk', :mailing_id, 1, 1000000 + n, :status, :sent_at, :sent_at, :now, :now
      from generate_series(1, :many) n
"""


def plan_one(number: int) -> Mailing:
    edition_id = material.edition([material.article("data")], number=number).id
    db.session.commit()
    carry_out_edition(edition_id, settings=settings(), now=NOW)
    return get_mailing(f"edition:90-{number}")


def add(mailing_id: int, *, status: str = "pending") -> None:
    values = {"mailing_id": mailing_id, "status": status, "now": NOW, "many": MANY,
              "sent_at": NOW if status == "sent" else None}
    with transaction():
        db.session.execute(text(_MORE), values)


@pytest.fixture
def large(committed: Flask) -> Mailing:
    """A mailing that was just planned for many, beside a past that was sent; no statistics."""
    for name in (PAST, PRESENT):
        as_owner(f"alter table {name} set (autovacuum_enabled = off)")
    material.reader()
    add(plan_one(1).id, status="sent")
    with transaction():
        db.session.execute(text("update deliveries set status = 'sent', sent_at = now()"
                                " where status = 'pending'"))
        assert close_finished(now=NOW)
    with transaction():
        assert roll_over(now=NOW + MONTH) == 2
    mailing = plan_one(2)
    add(mailing.id)
    return mailing


@contextmanager
def explained() -> Iterator[list[dict[str, Any]]]:
    """The plans, as carried out, of every statement about deliveries inside."""
    plans: list[dict[str, Any]] = []
    asked: list[tuple[str, Any]] = []

    def note(_conn: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if "deliveries" in statement and not statement.startswith("explain"):
            asked.append((statement, parameters))

    def look(connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if (statement, parameters) in asked:
            asked.remove((statement, parameters))
            asking = f"explain (analyze, format json) {statement}"
            (row,) = connection.exec_driver_sql(asking, parameters).all()
            found = row[0] if isinstance(row[0], list) else json.loads(row[0])
            plans.append(found[0]["Plan"])

    event.listen(db.engine, "before_cursor_execute", note)
    event.listen(db.engine, "before_cursor_execute", look)
    try:
        yield plans
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
        event.remove(db.engine, "before_cursor_execute", look)


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every node of a plan that was carried out."""
    if plan.get("Actual Loops", 0):
        yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)


def reads(plans: list[dict[str, Any]]) -> set[tuple[str, str]]:
    """Which partitions of the ledger were read, and how."""
    return {
        (node["Node Type"], node["Relation Name"])
        for plan in plans
        for node in nodes(plan)
        if "Scan" in node["Node Type"] and "deliveries" in node.get("Relation Name", "")
    }


def rows_looked_at(plans: list[dict[str, Any]]) -> float:
    """How many rows of the ledger any node gave or threw away."""
    return max(
        (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
        for plan in plans for node in nodes(plan) if "Relation Name" in node
    )


def test_a_claim_walks_the_index_of_what_is_owed_and_touches_its_partition_alone(
    large: Mailing,
) -> None:
    with transaction(), explained() as plans:
        _, claimed = material.claimed(Lane.BULK, limit=50)
    assert len(claimed) == 50
    assert len(plans) == 2  # found and read, taken
    assert all(node["Node Type"] != "Sort" for node in nodes(plans[0]))
    assert all(node["Index Name"].endswith("mailing_id_due_at_id_idx")
               for node in nodes(plans[0]) if "deliveries" in str(node.get("Relation Name")))
    assert all(kind != "Seq Scan" for kind, _ in reads(plans))
    assert {name for _, name in reads(plans[1:])} == {PRESENT}
    assert rows_looked_at(plans) <= 100


def test_what_was_claimed_before_is_asked_for_by_its_ids(large: Mailing) -> None:
    with transaction():
        owner, before = material.claimed(Lane.BULK, limit=50)
    with transaction():
        release([each.id for each in before], claim_ids=[owner], wait=timedelta(0))
        db.session.execute(text("update deliveries set due_at = created_at - interval '1 day'"
                                " where first_claim_id is not null"))
    with transaction(), explained() as plans:
        _, claimed = material.claimed(Lane.BULK, limit=50)
    assert {each.first is None for each in claimed} == {False}
    assert len(plans) == 3  # found and read, what was fixed before, taken
    assert all(kind != "Seq Scan" for kind, _ in reads(plans))
    assert {name for _, name in reads(plans[1:])} == {PRESENT}
    assert rows_looked_at(plans) <= 100


def test_recording_touches_the_rows_that_it_is_given_and_no_others(large: Mailing) -> None:
    with transaction():
        claim_id, claimed = material.claimed(Lane.BULK, limit=50)
    at = NOW.timestamp()
    results = [Result(each.id, claim_id, Outcome.ACCEPTED, DeliveryStatus.SENT, at, at, "250", "ok")
               for each in claimed]
    with transaction(), explained() as plans:
        record(results, worker="w")
    assert len(plans) == 1
    assert all(kind != "Seq Scan" for kind, _ in reads(plans))
    assert {name for _, name in reads(plans)} == {PRESENT}


def test_one_that_is_paused_stands_in_nobodys_way(large: Mailing) -> None:
    second = plan_one(3)
    with transaction():
        pause(large.id, now=NOW)
    with transaction(), explained() as plans:
        (only,) = lock_due(Lane.BULK, limit=50)
    assert only.mailing_id == second.id
    assert rows_looked_at(plans) <= 100


def test_single_mails_are_found_beside_a_large_mailing(large: Mailing) -> None:
    with transaction():
        who = material.reader().subscriber_id
        mail = SingleMail(kind=MailKind.MANAGE_LINK, subscriber_id=who)
        mine = queue_single(mail, now=NOW)
        db.session.execute(text("update deliveries set due_at = now() where mailing_id is null"
                                " and status = 'pending'"))
    with transaction(), explained() as plans:
        found = lock_due(Lane.PROMPT, limit=50)
    assert mine in [each.id for each in found]
    assert rows_looked_at(plans) <= 100


def test_which_lanes_have_work_is_asked_of_what_is_owed(large: Mailing) -> None:
    with transaction(), explained() as plans:
        assert lanes_with_work() == [Lane.BULK]
    assert all(kind != "Seq Scan" for kind, _ in reads(plans))
    assert rows_looked_at(plans) <= 100


def test_whether_a_mailing_is_finished_is_asked_of_what_is_open(large: Mailing) -> None:
    with transaction(), explained() as plans:
        assert close_finished(now=NOW) == []
    assert all(kind != "Seq Scan" for kind, _ in reads(plans))
    assert rows_looked_at(plans) <= 100
