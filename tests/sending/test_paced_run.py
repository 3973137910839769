"""Whole runs against a recording relay: limits hold, the brake is pulled, stop is heeded."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import func, select, text

from newsletter import clock
from newsletter.deliveries.bucket import size_of
from newsletter.deliveries.models import Attempt, Outcome, Suppression, SwitchName
from newsletter.deliveries.switch import switch
from newsletter.extensions import db
from newsletter.jobs import Lane
from newsletter.mailings.models import MailingStatus
from newsletter.mailings.pause import resume
from newsletter.mailings.queries import get_mailing, progress
from newsletter.sending.run import Post
from newsletter.sending.set_pace import plan_warm_up, set_limit
from newsletter.transaction import transaction
from tests import material
from tests.faults.relay import OK, Relay
from tests.sending.published import publish

OpenHouse = Callable[..., AbstractContextManager[Any]]
KEY = "edition:90-8"
DOMAIN = "gemeente.example"
REFUSED = "550 5.7.26 unauthenticated email is not accepted due to domain's policy"


def _limit(scope: str, *, per_second: float | None = None, at_once: int | None = None) -> None:
    with transaction():
        set_limit(scope, per_second=per_second, at_once=at_once, by="operator:x",
                  now=material.NOW)


def _turn(name: SwitchName, *, is_on: bool) -> None:
    with transaction():
        switch(name, is_on=is_on, by="operator:x", now=clock.now())


@contextmanager
def _running(core: Flask, post: Post, *, seconds: float) -> Iterator[threading.Thread]:
    """A run of the bulk lane in a thread of its own."""

    def run() -> None:
        with core.app_context():
            post.run(Lane.BULK, seconds=seconds)
            db.session.remove()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield thread
    finally:
        thread.join(timeout=60)


def _until(reached: Callable[[], bool], *, seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < until, "it never came so far"
        time.sleep(0.01)


def test_a_run_that_is_refused_as_a_sender_pauses_and_resuming_finishes_it(
    house: OpenHouse,
) -> None:
    heard = {"all": 0}

    def answer(_recipient: str, _times: int) -> str:
        heard["all"] += 1
        return OK if heard["all"] <= 100 or heard.get("mended") else REFUSED

    with Relay(answer=answer) as relay, house(relay) as (_, post):
        publish(300)
        post.run(Lane.BULK, seconds=30)
        db.session.rollback()
        mailing = get_mailing(KEY)
        assert mailing.status is MailingStatus.PAUSED
        # The brake is pulled at the sixth of the first 106 answers.
        assert heard["all"] <= 106 + 100
        assert progress(mailing).failures == 0
        assert db.session.scalar(select(func.count()).select_from(Suppression)) == 0
        about_us = select(func.count()).where(Attempt.outcome == Outcome.ABOUT_SENDER)
        assert db.session.scalar(about_us) == heard["all"] - 100
        heard["mended"] = 1
        with transaction():
            resume(mailing.id, now=clock.now())
        post.run(Lane.BULK, seconds=30)
        db.session.rollback()
        assert progress(get_mailing(KEY)).sent == 300
        assert len(relay.journal.copies()) == 300


def test_stop_is_heeded_within_five_seconds_and_go_sends_the_rest(house: OpenHouse) -> None:
    with Relay(pace=0.05) as relay, house(relay) as (core, post):
        publish(200)
        with _running(core, post, seconds=6):
            _until(lambda: len(relay.journal.entries) > 20)
            _turn(SwitchName.SENDING_STOPPED, is_on=True)
            time.sleep(2)
            stopped_at = len(relay.journal.entries)
            time.sleep(1)
            assert len(relay.journal.entries) == stopped_at < 200
        assert db.session.scalar(text("select count(*) from deliveries where status = 'claimed'"
                                      " or attempts > 0 and status <> 'sent'")) == 0
        _turn(SwitchName.SENDING_STOPPED, is_on=False)
        post.run(Lane.BULK, seconds=30)
        assert len(relay.journal.copies()) == 200


def test_a_total_rate_holds_on_the_wire_and_a_new_one_at_once(house: OpenHouse) -> None:
    with Relay() as relay, house(relay) as (core, post):
        publish(300)
        _limit("total", per_second=30)
        with _running(core, post, seconds=12):
            _until(lambda: bool(relay.journal.entries))
            began = time.monotonic()
            time.sleep(2)
            sent, took = len(relay.journal.entries), time.monotonic() - began
            assert 30 <= sent <= 30 * (took + 0.5) + size_of(30)
            _limit("total", per_second=5000)
            _until(lambda: len(relay.journal.entries) == 300, seconds=6)


def test_no_more_of_a_domain_are_under_way_than_may_be_at_once(house: OpenHouse) -> None:
    with Relay(pace=0.02) as relay, house(relay) as (core, post):
        publish(40)
        _limit(DOMAIN, at_once=3)
        held = []
        with _running(core, post, seconds=30) as thread:
            while thread.is_alive():
                held.append(db.session.scalar(text(
                    "select count(*) from deliveries where status = 'claimed'")))
                db.session.rollback()
                time.sleep(0.005)
        assert 1 <= max(held) <= 2  # of three, bulk leaves one to prompt
        assert relay.journal.most_at_once[DOMAIN] <= 2
        assert len(relay.journal.copies()) == 40


def test_a_warm_up_plan_sends_its_amount_and_the_rest_waits(house: OpenHouse) -> None:
    with Relay() as relay, house(relay) as (_, post):
        publish(20)
        today = db.session.execute(text(
            "select (clock_timestamp() at time zone 'Europe/Amsterdam')::date")).scalar_one()
        with transaction():
            plan_warm_up(DOMAIN, [7, 100], first_day=today)
        post.run(Lane.BULK, seconds=5)
        assert len(relay.journal.copies()) == 7
        assert progress(get_mailing(KEY)).open == 13
        with transaction():
            plan_warm_up(DOMAIN, [20, 100], first_day=today)
        post.run(Lane.BULK, seconds=5)
        assert len(relay.journal.copies()) == 20
