"""The audit trail is one chain, made by the database; whatever its owner does to it is named."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from newsletter.accounts.audit import Origin, record
from newsletter.accounts.audit_models import AuditEntry, AuditOrigin, AuditSeal
from newsletter.accounts.forget_origins import KEPT, forget_origins
from newsletter.accounts.seal_audit import seal_audit
from newsletter.accounts.verify_audit import Broken, Fault, verify_audit, verify_new_audit
from newsletter.deliveries.alarm import open_alarms
from newsletter.extensions import db
from newsletter.sending.watch_audit import BROKEN, watch_audit, watch_whole_audit
from tests.material import NOW

Owner = Callable[..., None]

TAMPERED = {
    "an act that was changed": (
        "update audit_entries set act = 'pause' where sequence = 3", Fault.CHANGED_ENTRY, 3),
    "a person that was changed": (
        "update audit_entries set actor = 'operator:x' where sequence = 2",
        Fault.CHANGED_ENTRY, 2),
    "a moment that was moved by a microsecond": (
        "update audit_entries set at = at + interval '1 microsecond' where sequence = 1",
        Fault.CHANGED_ENTRY, 1),
    "details that were changed": (
        "update audit_entries set details = '{\"number\": 9}' where sequence = 4",
        Fault.CHANGED_ENTRY, 4),
    "an entry that was changed and hashed anew": (
        ("update audit_entries set act = 'pause' where sequence = 2; update audit_entries e set"
        " hash = chain_hash(previous_hash, audit_payload(e)) where sequence = 2"),
        Fault.BROKEN_LINK, 3),
    "an entry in the middle that is gone": (
        "delete from audit_entries where sequence = 2", Fault.MISSING_ENTRY, 2),
    "a first entry that is gone": (
        "delete from audit_entries where sequence = 1", Fault.MISSING_ENTRY, 1),
    "a last entry that is gone": (
        "delete from audit_entries where sequence = 4", Fault.MISSING_TAIL, 4),
    "a whole trail that is gone": ("delete from audit_entries", Fault.MISSING_TAIL, 4),
    "a tail that was replaced by one that links": (
        ("update audit_entries set act = 'pause' where sequence = 4; update audit_entries e set"
        " hash = chain_hash(previous_hash, audit_payload(e)) where sequence = 4"),
        Fault.REPLACED_ENTRY, 4),
}


def test_each_entry_continues_the_one_before_it(trail: None) -> None:
    entries = db.session.scalars(select(AuditEntry).order_by(AuditEntry.sequence)).all()
    assert [entry.sequence for entry in entries] == [1, 2, 3, 4]
    assert [entry.previous_hash for entry in entries] == ["", *(e.hash for e in entries[:-1])]
    assert verify_audit().broken is None


def test_what_a_client_says_of_place_and_hash_is_not_believed(trail: None) -> None:
    db.session.add(AuditEntry(at=NOW, actor="system", door="desk", act="x", subject="y",
                              details={}, sequence=99, previous_hash="a", hash="b"))
    db.session.commit()
    assert verify_audit().broken is None
    assert verify_audit().entries == 5


def test_acts_at_the_same_time_stand_one_after_the_other(committed: Flask) -> None:
    def act(number: int) -> None:
        with committed.app_context():
            record("compose", f"edition:20-{number}", now=NOW, actor="system")
            db.session.commit()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(act, range(12)))
    verdict = verify_audit()
    assert (verdict.entries, verdict.broken) == (12, None)


@pytest.mark.parametrize(("statements", "fault", "sequence"), TAMPERED.values(),
                         ids=TAMPERED.keys())
def test_what_the_owner_of_the_tables_does_is_named(
    trail: None, owner: Owner, statements: str, fault: Fault, sequence: int
) -> None:
    assert seal_audit(now=NOW)
    db.session.commit()
    owner(*statements.split(";"))
    broken = verify_audit().broken
    assert broken is not None
    assert (broken.fault, broken.sequence) == (fault, sequence)
    assert str(sequence) in broken.sentence


def test_a_hash_that_a_log_has_must_be_there(trail: None) -> None:
    newest = verify_audit().newest
    assert verify_audit([newest[:32]]).broken is None
    assert verify_audit(["0" * 32]).broken == Broken(Fault.LACKING_SEAL, seen="0" * 32)


def test_a_seal_is_made_once_for_the_same_newest_entry(trail: None) -> None:
    assert [seal_audit(now=NOW) for _ in range(2)] == [True, False]
    record("pause", "digest:1", now=NOW, actor="system")
    assert seal_audit(now=NOW + timedelta(hours=1))
    assert db.session.scalars(select(AuditSeal.sequence).order_by(AuditSeal.sequence)).all() == [
        4, 5]


def test_a_broken_trail_raises_an_alarm_that_closes_by_itself(trail: None, owner: Owner) -> None:
    assert watch_audit(now=NOW)
    db.session.commit()
    owner("update audit_entries set door = 'cli' where sequence = 2")
    assert watch_audit(now=NOW)  # older than the seal: for the look at all of it
    assert not watch_whole_audit(now=NOW)
    assert not watch_audit(now=NOW)  # which the hourly one goes on with while there is an alarm
    (alarm,) = open_alarms()
    assert (alarm.kind, alarm.details["sequence"]) == (BROKEN, 2)
    db.session.commit()
    owner("update audit_entries set door = 'desk' where sequence = 2")
    assert watch_audit(now=NOW)
    assert open_alarms() == []


@pytest.mark.parametrize(("statements", "fault", "sequence"), [
    ("delete from audit_entries where sequence = 2", Fault.MISSING_ENTRY, 2),
    ("delete from audit_entries where sequence = 4", Fault.MISSING_TAIL, 4),
    ("update audit_entries set hash = repeat('a', 64) where sequence = 4", Fault.REPLACED_ENTRY, 4),
    ("update audit_entries set act = 'x' where sequence = 6", Fault.CHANGED_ENTRY, 6),
    ("update audit_entries set previous_hash = 'x' where sequence = 5", Fault.BROKEN_LINK, 5),
    ("delete from audit_entries where sequence = 5", Fault.MISSING_ENTRY, 5),
], ids=["a hole", "what a seal saw", "another one", "a new act", "a new link", "a new hole"])
def test_what_is_seen_within_the_hour(
    trail: None, owner: Owner, statements: str, fault: Fault, sequence: int
) -> None:
    assert verify_new_audit() is None
    assert watch_audit(now=NOW)
    for number in (5, 6):
        record("pause", f"digest:{number}", now=NOW, actor="system")
        db.session.flush()
    db.session.commit()
    assert verify_new_audit() is None
    owner(statements)
    broken = verify_new_audit()
    assert broken is not None
    assert (broken.fault, broken.sequence) == (fault, sequence)


def test_a_trail_without_an_entry_is_whole(session: Session) -> None:
    assert verify_new_audit() is None
    assert watch_audit(now=NOW)
    assert open_alarms() == []


def test_from_where_an_act_came_is_forgotten_and_the_act_stays(trail: None) -> None:
    for at in (NOW, NOW + timedelta(days=1)):
        record("log_in", "account:1", now=at, origin=Origin("192.0.2.1", "Browser"))
    db.session.commit()
    assert forget_origins(now=NOW + KEPT + timedelta(hours=1)) == 1
    assert forget_origins(now=NOW + KEPT + timedelta(hours=1)) == 0
    (left,) = db.session.scalars(select(AuditOrigin))
    assert left.at == NOW + timedelta(days=1)
    verdict = verify_audit()
    assert (verdict.entries, verdict.broken) == (6, None)


@pytest.mark.parametrize("column", ["subject", "account_id", "act", "sequence"])
def test_what_the_log_is_searched_by_has_an_index(trail: None, column: str) -> None:
    value = "'x'" if column in ("subject", "act") else "1"
    db.session.execute(text("set local enable_seqscan = off"))
    plan = "\n".join(db.session.scalars(text(
        f"explain select * from audit_entries where {column} = {value} "
        "order by sequence desc limit 51")))
    assert f"audit_entries_{column}" in plan
    assert "Sort" not in plan
