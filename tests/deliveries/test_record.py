"""Recording: an attempt for every answer, and only the claim's owner moves a delivery."""

import os
import socket
from collections.abc import Callable
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.deliveries.alarm import clear_alarm, open_alarms, raise_alarm
from newsletter.deliveries.claim import Due, release
from newsletter.deliveries.heartbeat import BEAT, beat, last_beat
from newsletter.deliveries.models import Attempt, Delivery, DeliveryStatus, Outcome
from newsletter.deliveries.record import Result, prepare_to_record, record, record_alone
from newsletter.deliveries.suppress import (
    SuppressionReason,
    find_reason,
    lift_hard_bounce,
    suppress,
)
from newsletter.extensions import db
from tests import material
from tests.material import NOW

Take = Callable[..., tuple[int, list[Due]]]
SECOND = timedelta(seconds=1)
ENDS = {
    Outcome.ACCEPTED: DeliveryStatus.SENT,
    Outcome.DEFERRED: DeliveryStatus.DEFERRED,
    Outcome.REFUSED: DeliveryStatus.FAILED,
    Outcome.DROPPED: DeliveryStatus.UNCLEAR,
}


def result(delivery_id: int, owner: int, outcome: Outcome = Outcome.ACCEPTED) -> Result:
    at = NOW.timestamp()
    return Result(delivery_id, owner, outcome, ENDS[outcome], at, at + 1, "250 2.0.0", "ok",
                  wait=3600)


def delivery(delivery_id: int) -> Delivery:
    db.session.expire_all()
    return db.session.get_one(Delivery, delivery_id)


def attempts() -> list[Attempt]:
    return list(db.session.scalars(select(Attempt).order_by(Attempt.delivery_id, Attempt.worker)))


@pytest.mark.parametrize("outcome", ENDS)
def test_each_outcome_moves_the_delivery_and_leaves_an_attempt(
    owed: list[int], take: Take, outcome: Outcome
) -> None:
    owner, _ = take(1)
    record([result(owed[0], owner, outcome)], worker="w1")
    found = delivery(owed[0])
    assert (found.status, found.attempts, found.claim_id) == (ENDS[outcome], 1, None)
    assert (found.sent_at is not None) == (outcome is Outcome.ACCEPTED)
    assert (found.ended_at is not None) == (outcome in (Outcome.ACCEPTED, Outcome.REFUSED))
    assert found.unclear_count == (1 if outcome is Outcome.DROPPED else 0)
    (attempt,) = attempts()
    assert (attempt.outcome, attempt.worker, attempt.reply_code) == (outcome, "w1", "250 2.0.0")
    assert attempt.started_at == NOW


def test_recording_twice_adds_nothing(owed: list[int], take: Take) -> None:
    owner, _ = take()
    results = [result(each, owner) for each in owed]
    for _ in range(3):
        record(results, worker="w1")
    assert len(attempts()) == 4
    assert [delivery(each).attempts for each in owed] == [1] * 4


def test_moments_are_kept_to_the_microsecond(owed: list[int], take: Take) -> None:
    owner, _ = take(1)
    began, ended = (NOW + timedelta(microseconds=each) for each in (123_457, 999_999))
    moments = {"started_at": began.timestamp(), "ended_at": ended.timestamp()}
    record([result(owed[0], owner)._replace(**moments)], worker="w1")
    (attempt,) = attempts()
    assert (attempt.started_at, attempt.ended_at) == (began, ended)
    assert (delivery(owed[0]).sent_at, delivery(owed[0]).ended_at) == (ended, ended)


ODD = ['"', "\\", '\\"', "{a,b}", "NULL", "", " x ", "é’s", "a\tb", None]


@pytest.mark.parametrize("is_alone", [False, True])
def test_any_words_are_kept_as_they_are(
    owed: list[int], take: Take, session: Session, is_alone: bool
) -> None:
    owner, _ = take(1)
    at = NOW.timestamp()
    results = [
        Result(owed[0], owner + number, Outcome.DEFERRED, DeliveryStatus.DEFERRED, at, at + 1,
               words, words or "", message_id=words)
        for number, words in enumerate(ODD)
    ]
    if is_alone:
        driver = session.connection().connection.driver_connection
        assert driver is not None
        prepare_to_record(driver.pgconn)
        record_alone(results, worker="w'1", connection=driver.pgconn)
    else:
        record(results, worker="w'1")
    kept = sorted(attempts(), key=lambda each: each.claim_id)
    assert [each.reply_code for each in kept] == ODD
    assert [each.reply_text for each in kept] == [words or "" for words in ODD]
    assert {(each.worker, each.started_at) for each in kept} == {("w'1", NOW)}
    assert delivery(owed[0]).message_id == ODD[0]


def test_what_cannot_be_recorded_alone_is_told(
    owed: list[int], take: Take, session: Session
) -> None:
    owner, _ = take(1)
    driver = session.connection().connection.driver_connection
    assert driver is not None
    prepare_to_record(driver.pgconn)
    wrong = result(owed[0], owner)._replace(reply_text="\0")
    with pytest.raises(psycopg.Error):
        record_alone([wrong], worker="w1", connection=driver.pgconn)


def test_a_connection_that_is_lost_is_told_as_a_database_that_is_away(session: Session) -> None:
    place = db.session.connection().engine.url.set(drivername="postgresql")
    address = place.render_as_string(hide_password=False)
    with psycopg.connect(address) as lost:
        prepare_to_record(lost.pgconn)
        with socket.socket(fileno=os.dup(lost.fileno())) as line:
            line.shutdown(socket.SHUT_RDWR)
        with pytest.raises(psycopg.OperationalError):
            record_alone([result(1, 1)], worker="w1", connection=lost.pgconn)


def test_nothing_to_record_is_no_statement(session: Session) -> None:
    record([], worker="w1")


def test_a_late_yes_settles_what_recovery_had_called_unclear(owed: list[int], take: Take) -> None:
    owner, _ = take(1, seconds=-1)
    material.expire()
    record([result(owed[0], owner)], worker="w1")
    found = delivery(owed[0])
    assert (found.status, found.unclear_count) == (DeliveryStatus.SENT, 1)
    assert [each.outcome for each in attempts()] == [Outcome.UNCLEAR, Outcome.ACCEPTED]


@pytest.mark.parametrize("outcome", [Outcome.DEFERRED, Outcome.REFUSED, Outcome.DROPPED])
def test_a_late_no_is_noted_and_moves_nothing(
    owed: list[int], take: Take, outcome: Outcome
) -> None:
    owner, _ = take(1, seconds=-1)
    material.expire()
    record([result(owed[0], owner, outcome)], worker="w1")
    assert delivery(owed[0]).status is DeliveryStatus.UNCLEAR
    assert [each.outcome for each in attempts()] == [Outcome.UNCLEAR, outcome]


@pytest.mark.parametrize("outcome", [Outcome.DEFERRED, Outcome.REFUSED, Outcome.DROPPED])
def test_who_lost_the_lease_does_not_move_what_another_holds_by_a_no(
    owed: list[int], take: Take, outcome: Outcome
) -> None:
    slow, _ = take(1, seconds=-1)
    material.expire()
    owner, (again, *_) = take()
    assert again.id == owed[0]
    record([result(owed[0], slow, outcome)], worker="slow")
    assert delivery(owed[0]).claim_id == owner
    record([result(owed[0], owner)], worker="quick")
    assert delivery(owed[0]).status is DeliveryStatus.SENT
    assert [each.worker for each in attempts()] == ["quick", "recovery", "slow"]


@pytest.mark.parametrize("then", [*ENDS, None], ids=str)
def test_a_late_yes_stands_whatever_comes_of_the_claim_that_holds_it_since(
    owed: list[int], take: Take, then: Outcome | None
) -> None:
    slow, _ = take(1, seconds=-1)
    material.expire()
    owner, held = take()
    assert held[0].id == owed[0]
    record([result(owed[0], slow)], worker="slow")
    if then is None:
        release([owed[0]], wait=timedelta(0), claim_ids=[owner])
    else:
        record([result(owed[0], owner, then)], worker="quick")
    found = delivery(owed[0])
    assert (found.status, found.claim_id, found.unclear_count) == (DeliveryStatus.SENT, None, 1)
    assert delivery(owed[1]).claim_id == owner  # of the others it holds what it held


@pytest.mark.parametrize("then", [Outcome.DEFERRED, Outcome.REFUSED, Outcome.DROPPED])
@pytest.mark.parametrize("is_late_first", [True, False])
def test_a_late_yes_stands_when_it_is_recorded_with_what_came_of_the_newer_claim(
    owed: list[int], take: Take, then: Outcome, is_late_first: bool
) -> None:
    slow, _ = take(1, seconds=-1)
    material.expire()
    owner, _ = take()
    both = [result(owed[0], slow), result(owed[0], owner, then)]
    record(both if is_late_first else both[::-1], worker="w1")
    assert delivery(owed[0]).status is DeliveryStatus.SENT
    assert {each.outcome for each in attempts()} == {Outcome.UNCLEAR, Outcome.ACCEPTED, then}


def test_a_mail_that_was_sent_stays_sent(owed: list[int], take: Take) -> None:
    owner, _ = take(1)
    record([result(owed[0], owner)], worker="w1")
    record([result(owed[0], owner, Outcome.REFUSED)], worker="w1")
    assert delivery(owed[0]).status is DeliveryStatus.SENT


def test_an_alarm_rings_once_until_it_is_cleared(session: Session) -> None:
    assert raise_alarm("relay_unreachable", "relay", now=NOW, tries=3)
    assert not raise_alarm("relay_unreachable", "relay", now=NOW)
    assert raise_alarm("relay_unreachable", "other", now=NOW)
    clear_alarm("relay_unreachable", "relay", now=NOW)
    assert [each.subject for each in open_alarms()] == ["other"]
    assert raise_alarm("relay_unreachable", "relay", now=NOW + SECOND)
    assert [each.subject for each in open_alarms()] == ["relay", "other"]


def test_clearing_what_does_not_ring_is_harmless(session: Session) -> None:
    clear_alarm("relay_unreachable", "relay", now=NOW)
    assert open_alarms() == []


def test_the_last_sign_of_life_is_kept(session: Session) -> None:
    assert last_beat(BEAT) is None
    for moment in (NOW, NOW + SECOND):
        beat(BEAT, now=moment)
        session.expire_all()
        assert last_beat(BEAT) == moment


GRAVE = list(SuppressionReason)


@pytest.mark.parametrize("first", GRAVE)
@pytest.mark.parametrize("second", GRAVE)
def test_the_graver_reason_stays(
    session: Session, first: SuppressionReason, second: SuppressionReason
) -> None:
    for reason in (first, second):
        suppress("hash", reason=reason, now=NOW)
    assert find_reason(["hash"]) is max(first, second, key=GRAVE.index)


def test_of_the_hashes_under_several_keys_the_gravest_counts(session: Session) -> None:
    suppress("new", reason=SuppressionReason.HARD_BOUNCE, now=NOW)
    suppress("old", reason=SuppressionReason.COMPLAINT, now=NOW)
    assert find_reason(["old", "new", "none"]) is SuppressionReason.COMPLAINT
    lift_hard_bounce(["old", "new"])
    assert find_reason(["new"]) is None
    assert find_reason(["old"]) is SuppressionReason.COMPLAINT
