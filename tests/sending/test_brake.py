"""The brake: a mailing that is refused for what we are pauses by itself and can be resumed."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, func, select, text
from sqlalchemy.orm import Session

from newsletter.accounts.audit_queries import entries_of
from newsletter.core import settings
from newsletter.deliveries.alarm import find_open_alarm
from newsletter.deliveries.models import Suppression
from newsletter.deliveries.pace_models import RecentAnswers
from newsletter.extensions import db
from newsletter.mailings.models import Mailing, MailingStatus
from newsletter.mailings.pause import BRAKE_ALARM, cancel, pause, resume
from newsletter.mailings.queries import get_mailing
from newsletter.sending.brake import (
    AT_LEAST,
    LAST,
    Given,
    Unnoted,
    brake,
    forget_answers,
    is_over,
)
from newsletter.sending.carry_out import carry_out_edition
from newsletter.transaction import transaction
from tests import material
from tests.material import NOW

KEY = "edition:90-8"
SAID = "Unauthenticated email from ingovernment.example is not accepted due to domain's policy"
Answer = Callable[..., list[int]]


def make_mailing(readers: int) -> Mailing:
    for _ in range(readers):
        material.reader()
    edition_id = material.edition([material.article("data")]).id
    carry_out_edition(edition_id, settings=settings(), now=NOW)
    return get_mailing(KEY)


@pytest.fixture
def mailing(session: Session) -> Mailing:
    """A mailing to three readers, under way."""
    return make_mailing(3)


@pytest.fixture
def answer(mailing: Mailing, session: Session) -> Answer:
    """So many answers about us after so many others, written down in one go."""

    def given(about_us: int, *, fine: int = 0, to: int | None = mailing.id) -> list[int]:
        return brake(session, [
            *[Given(to, is_about_sender=False)] * fine,
            *[Given(to, is_about_sender=True, code="550 5.7.26", said=SAID)] * about_us,
        ], now=NOW)

    return given


def naive(marks: list[bool]) -> bool:
    last = marks[-LAST:]
    return len(last) >= AT_LEAST and sum(last) / len(last) > 0.05


@given(st.lists(st.booleans() | st.just(False), max_size=500))
def test_over_is_more_than_one_in_twenty_of_the_last_two_hundred(marks: list[bool]) -> None:
    assert is_over("".join("01"[mark] for mark in marks)) == naive(marks)


def test_over_five_in_a_hundred_the_mailing_pauses_with_the_words_of_the_relay(
    answer: Answer, mailing: Mailing, session: Session
) -> None:
    assert answer(5, fine=95) == []
    assert mailing.status is MailingStatus.SENDING
    assert answer(1) == [mailing.id]
    assert mailing.status is MailingStatus.PAUSED
    alarm = find_open_alarm(BRAKE_ALARM, KEY)
    assert alarm is not None
    assert alarm.details == {"code": "550 5.7.26", "said": SAID, "refused": 6, "answers": 101}
    (entry,) = [entry for entry, _ in entries_of(KEY) if entry.act == "brake"]
    assert (entry.actor, entry.details["said"]) == ("system", SAID)
    assert session.scalar(select(func.count()).select_from(Suppression)) == 0


def test_fewer_than_fifty_answers_do_not_brake(answer: Answer, mailing: Mailing) -> None:
    assert answer(AT_LEAST - 1) == []
    assert answer(1) == [mailing.id]


def test_only_the_last_two_hundred_count(answer: Answer, mailing: Mailing) -> None:
    answer(0, fine=5000)
    for _ in range(10):
        assert answer(1) == []
    assert answer(1) == [mailing.id]


def test_answers_of_long_ago_are_forgotten_by_the_brake(answer: Answer) -> None:
    answer(10, fine=190)
    answer(0, fine=195)
    assert answer(1) == []


def test_each_answer_of_a_slow_mailing_counts_alone(answer: Answer, mailing: Mailing) -> None:
    braked = [bool(answer(each % 10 == 9, fine=each % 10 != 9)) for each in range(60)]
    assert braked.index(True) == AT_LEAST - 1
    assert mailing.status is MailingStatus.PAUSED


def test_it_brakes_at_the_fiftieth_answer_whatever_that_one_says(
    answer: Answer, mailing: Mailing
) -> None:
    assert answer(20) == []
    assert answer(0, fine=29) == []
    assert answer(0, fine=1) == [mailing.id]
    alarm = find_open_alarm(BRAKE_ALARM, KEY)
    assert alarm is not None
    assert alarm.details["said"] == SAID


def test_after_resuming_only_new_answers_count_and_the_rest_is_due(
    answer: Answer, mailing: Mailing, session: Session
) -> None:
    answer(60)
    first, second, _ = material.deliveries()
    session.execute(text("update deliveries set status = 'deferred',"
                         " due_at = clock_timestamp() + interval '1 hour'"))
    session.execute(
        text("insert into attempts (delivery_id, claim_id, worker, ended_at, outcome)"
             " values (:first, 1, 'w', now(), 'about_sender'), (:second, 1, 'w', now(),"
             " 'deferred')"), {"first": first.id, "second": second.id})
    resume(mailing.id, now=NOW)
    assert mailing.status is MailingStatus.SENDING
    assert find_open_alarm(BRAKE_ALARM, KEY) is None
    due = session.scalars(text("select id from deliveries where due_at <= clock_timestamp()"))
    assert due.all() == [first.id]
    assert answer(49) == []
    assert answer(1) == [mailing.id]


def test_an_editors_own_pause_keeps_every_wait_as_it_was(
    mailing: Mailing, session: Session
) -> None:
    session.execute(text("update deliveries set status = 'deferred',"
                         " due_at = clock_timestamp() + interval '1 hour'"))
    pause(mailing.id, now=NOW)
    resume(mailing.id, now=NOW)
    assert session.scalar(text(
        "select count(*) from deliveries where due_at <= clock_timestamp()")) == 0


def test_answers_that_still_come_in_after_it_paused_change_nothing(
    answer: Answer, mailing: Mailing
) -> None:
    answer(60)
    assert answer(9) == []
    assert mailing.status is MailingStatus.PAUSED
    assert [entry.act for entry, _ in entries_of(KEY)].count("brake") == 1


def test_a_mailing_that_was_stopped_stays_stopped(answer: Answer, mailing: Mailing) -> None:
    answer(60)
    cancel(mailing.id, now=NOW)
    assert find_open_alarm(BRAKE_ALARM, KEY) is None
    assert answer(60) == []
    assert mailing.status is MailingStatus.CANCELLED


def test_single_mails_raise_the_alarm_and_go_on(answer: Answer, mailing: Mailing) -> None:
    assert answer(60, to=None) == []
    assert find_open_alarm(BRAKE_ALARM, "single mails") is not None
    assert mailing.status is MailingStatus.SENDING


def test_an_answer_that_is_not_about_us_costs_one_statement(
    mailing: Mailing, session: Session
) -> None:
    asked: list[str] = []
    event.listen(session.connection(), "before_cursor_execute",
                 lambda *args: asked.append(args[2]))
    brake(session, [Given(mailing.id, is_about_sender=False)] * 500, now=NOW)
    brake(session, [], now=NOW)
    assert len(asked) == 1


def test_answers_that_were_recorded_without_the_brake_count_before_those_with_it(
    answer: Answer, mailing: Mailing, session: Session
) -> None:
    unnoted = Unnoted()
    for _ in range(20):
        unnoted.add([mailing.id] * 30)
    unnoted.add([None])
    about_us = Given(mailing.id, is_about_sender=True, code="550 5.7.26", said=SAID)
    for _ in range(2):  # the first time the commit failed
        before = unnoted.answers()
        assert (len(before), before[-1].mailing_id) == (LAST + 1, None)
    assert brake(session, [*before, *[about_us] * 10], now=NOW) == []
    unnoted.clear()
    assert unnoted.answers() == []
    assert brake(session, [about_us], now=NOW) == [mailing.id]


def test_no_more_answers_are_kept_than_the_brake_reads(
    answer: Answer, mailing: Mailing, session: Session
) -> None:
    for _ in range(LAST + 20):
        answer(0, fine=1)
    answer(0, fine=1, to=None)
    forget_answers(session)
    kept = select(func.count()).select_from(RecentAnswers)
    assert session.scalar(kept.where(RecentAnswers.mailing_id == mailing.id)) == LAST
    cancel(mailing.id, now=NOW)
    forget_answers(session)
    assert session.scalars(select(RecentAnswers.mailing_id)).all() == [0]


def test_workers_that_hear_it_at_once_pause_it_once(committed: Flask) -> None:
    with transaction():
        for _ in range(3):
            material.reader()
        edition_id = material.edition([material.article("data")]).id
    carry_out_edition(edition_id, settings=settings(), now=NOW)
    mailing_id = get_mailing(KEY).id
    db.session.rollback()

    def work(number: int) -> int:
        braked = 0
        with committed.app_context():
            for turn in range(20):
                with transaction():
                    braked += len(brake(db.session(), [
                        Given(mailing_id, is_about_sender=turn % 2 == number % 2)] * 5,
                        now=NOW + timedelta(seconds=turn)))
            db.session.remove()
        return braked

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(work, range(4))) == 1
    assert get_mailing(KEY).status is MailingStatus.PAUSED
