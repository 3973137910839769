"""No room for a journal, and a stop before the answer: what is not known is not called sent.

A process whose spool is full, or no folder, speaks to no relay and leaves every delivery as it was;
an alarm says so until there is room, and who has a journal goes on (R24). A process that is told to
stop while the relay keeps an answer to itself waits for it as long as it says, and no longer: that
one is unclear, what was not offered goes back, and later the same mail leaves again (R08).
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text, update

from newsletter import clock
from newsletter.core import ROOT, settings
from newsletter.deliveries.alarm import find_open_alarm
from newsletter.deliveries.models import Alarm, Attempt, Delivery, DeliveryStatus, Outcome
from newsletter.extensions import db
from newsletter.jobs import Lane
from newsletter.mailings.queries import get_mailing, progress
from newsletter.sending import run as run_module
from newsletter.sending.run import SPOOL_ALARM, Post
from newsletter.transaction import transaction
from tests import material
from tests.faults.relay import Entry, Relay, Rule, Script
from tests.sending.published import publish

OpenHouse = Callable[..., AbstractContextManager[Any]]
MakeDatabase = Callable[[], dict[str, str]]
KEY = "edition:90-8"
READERS = 6
UNLIMITED = -1  # as RLIM_INFINITY
# Octets that a file may have: more than half a journal, and still not a whole one; and no more than
# the mark outside the database needs, which is written anew with every claim.
TOO_FEW, HARDLY_ANY = 300_000, 4_096
# The limit holds for this process alone: the database and the relay have room.
CHILD = """
import resource, sys
from newsletter.core import create_core
from newsletter.extensions import db
from newsletter.jobs import Lane
from newsletter.sending.run import Post
core = create_core()
with core.app_context():
    post = Post(core)
    most = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    for line in sys.stdin:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(line), most))
        print("sent", post.run(Lane.BULK, seconds=20).sent, file=sys.stderr, flush=True)
    post.close()
    db.session.remove()
    db.engine.dispose()
"""
STOP_SECONDS = 2.0
# Later than the stop is waited for, and soon enough that a run which waits for it comes to an end.
KEPT_SECONDS = 15.0
STOPS_AFTER = 4  # mails that the relay took


class Worker:
    """A process that lives from run to run, and whose files may have only so many octets."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def run(self, octets: int = UNLIMITED) -> int:
        """How many it sent. What it logs comes before that, and is shown when it fails."""
        assert self._process.stdin is not None
        assert self._process.stderr is not None
        print(octets, file=self._process.stdin, flush=True)
        said = []
        for line in self._process.stderr:
            if line.startswith("sent "):
                return int(line.split()[1])
            said.append(line)
        raise AssertionError("".join(said))


@contextmanager
def worker(environ: dict[str, str]) -> Iterator[Worker]:
    with subprocess.Popen(
        [sys.executable, "-c", CHILD], cwd=ROOT, text=True, stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        env={**os.environ, **environ, "PYTHONPATH": str(ROOT)},
    ) as process:
        try:
            yield Worker(process)
            process.communicate(timeout=30)
        finally:
            process.kill()
    assert process.returncode == 0


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    """Where a spool is to be; it is not there yet."""
    return tmp_path / "disk" / "spool"


@pytest.fixture
def environ(make_database: MakeDatabase, spool: Path) -> dict[str, str]:
    """Settings that several processes share."""
    return {**make_database(), "SPOOL": str(spool)}


def _ledger() -> Any:
    db.session.rollback()
    return progress(get_mailing(KEY))


def _rows() -> list[Any]:
    """All that a run could have changed: deliveries, what is claimed of them, and attempts."""
    db.session.rollback()
    return [db.session.execute(text(f"select * from {table} order by 1, 2")).all()
            for table in ("deliveries", "claims", "attempts")]


def _spool_alarms() -> list[Alarm]:
    db.session.rollback()
    return list(db.session.scalars(select(Alarm).where(Alarm.kind == SPOOL_ALARM[0])))


def _check_nothing_happened(relay: Relay, before: list[Any]) -> None:
    """Not even a conversation was opened; and one alarm is open, however often it was tried."""
    assert (relay.journal.entries, relay.journal.most_sessions) == ([], 0)
    assert _rows() == before
    (alarm,) = _spool_alarms()
    assert alarm.cleared_at is None
    assert alarm.details["reason"]


def _check_each_got_one(relay: Relay) -> None:
    assert (len(relay.journal.copies()), relay.journal.repeats()) == (READERS, 0)
    ledger = _ledger()
    assert ledger.by_status == {DeliveryStatus.SENT: READERS}
    assert (ledger.unclear_copies, ledger.closes) == (0, True)
    (alarm,) = _spool_alarms()
    assert alarm.cleared_at is not None


def test_a_full_disk_sends_nothing_until_there_is_room(
    house: OpenHouse, environ: dict[str, str], spool: Path
) -> None:
    with Relay() as relay, house(relay, **environ):
        publish(READERS)
        before = _rows()
        with worker({**environ, "SMTP_URL": relay.url}) as full:
            for _ in range(2):
                assert full.run(TOO_FEW) == 0
                _check_nothing_happened(relay, before)
                assert list(spool.iterdir()) == []  # what did not fit takes no room either
            assert full.run() == READERS
            _check_each_got_one(relay)
            assert full.run() == 0
        _check_each_got_one(relay)
        assert list(spool.iterdir()) == []


def test_a_process_that_ends_on_a_full_disk_leaves_all_to_the_next(
    house: OpenHouse, environ: dict[str, str]
) -> None:
    with Relay() as relay, house(relay, **environ):
        publish(READERS)
        before = _rows()
        with worker({**environ, "SMTP_URL": relay.url}) as full:
            assert full.run(TOO_FEW) == 0
        _check_nothing_happened(relay, before)
        with worker({**environ, "SMTP_URL": relay.url}) as roomy:
            assert roomy.run() == READERS
        _check_each_got_one(relay)


def test_a_spool_that_cannot_be_made_sends_nothing_until_it_can(
    house: OpenHouse, environ: dict[str, str], spool: Path
) -> None:
    """A file stands where its folder is to be, which stops root as well."""
    spool.parent.write_bytes(b"")
    with Relay() as relay, house(relay, **environ) as (_, post):
        publish(READERS)
        before = _rows()
        for _ in range(2):
            assert post.run(Lane.BULK, seconds=20).sent == 0
            _check_nothing_happened(relay, before)
        spool.parent.unlink()
        assert post.run(Lane.BULK, seconds=20).sent == READERS
        _check_each_got_one(relay)


def test_who_has_a_journal_goes_on_while_the_disk_is_full(
    house: OpenHouse, environ: dict[str, str]
) -> None:
    with Relay() as relay, house(relay, **environ):
        there = {**environ, "SMTP_URL": relay.url}
        with worker(there) as early, worker(there) as late:
            assert early.run() == 0
            publish(READERS)
            before = _rows()
            assert late.run(TOO_FEW) == 0
            _check_nothing_happened(relay, before)
            assert early.run(HARDLY_ANY) == READERS
            assert find_open_alarm(*SPOOL_ALARM) is not None  # one of them still cannot send
            assert late.run() == 0
        _check_each_got_one(relay)


@contextmanager
def _told_to_stop(core: Flask, relay: Relay) -> Iterator[Post]:
    """A process that is told to end as soon as the relay took a few mails."""
    post = Post(core, is_stopping=lambda: len(relay.journal.entries) >= STOPS_AFTER)
    try:
        yield post
    finally:
        post.close()


def _unanswered(relay: Relay) -> list[Entry]:
    """What the relay took without a word of it."""
    answered = {each.rcpt_to for each in relay.journal.answers}
    return [each for each in relay.journal.entries if each.rcpt_to not in answered]


def _statuses() -> dict[str | None, DeliveryStatus]:
    """By Message-ID, which is written down with the first outcome."""
    db.session.rollback()
    return {each.message_id: each.status for each in material.deliveries() if each.message_id}


def test_a_stop_leaves_what_the_relay_keeps_an_answer_to_unclear(
    house: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_module, "STOP_SECONDS", STOP_SECONDS)
    script = Script([Rule("dot", late=KEPT_SECONDS, most=1)], pace=0.05)
    with Relay(script) as relay, house(relay, SMTP_CONNECTIONS="3") as (core, later):
        publish(24)
        with _told_to_stop(core, relay) as post:
            tally = post.run(Lane.BULK, seconds=60)
        ended_at = clock.unix_seconds()
        assert tally.has_more
        taken = list(relay.journal.entries)
        assert STOP_SECONDS < ended_at - taken[STOPS_AFTER - 1].at < KEPT_SECONDS
        (kept,) = _unanswered(relay)
        assert len(taken) < 24
        # The ledger says of each no more and no less than the relay does.
        assert _statuses() == {each.message_id: DeliveryStatus.SENT for each in taken} | {
            kept.message_id: DeliveryStatus.UNCLEAR}
        ledger = _ledger()
        assert ledger.by_status == {
            DeliveryStatus.SENT: len(taken) - 1, DeliveryStatus.UNCLEAR: 1,
            DeliveryStatus.PENDING: 24 - len(taken)}
        assert ledger.closes
        pending = [each for each in material.deliveries()
                   if each.status is DeliveryStatus.PENDING]
        assert {(each.attempts, each.claim_id) for each in pending} == {(0, None)}
        assert list(settings().spool.iterdir()) == []  # the database has all of it
        with transaction():
            db.session.execute(update(Delivery).values(due_at=clock.now()))
        assert later.run(Lane.BULK, seconds=20).sent == 24 - len(taken) + 1
        _check_sent_again_alike(relay, kept)


def _check_sent_again_alike(relay: Relay, kept: Entry) -> None:
    """All have theirs once, and who was left unclear the same mail twice, to the octet."""
    copies = relay.journal.copies()
    assert copies.pop(kept.rcpt_to) == 2
    assert list(copies.values()) == [1] * 23
    first, second = (each for each in relay.journal.entries if each.rcpt_to == kept.rcpt_to)
    assert first.message_id == second.message_id == kept.message_id
    assert first.data == second.data
    ledger = _ledger()
    assert ledger.by_status == {DeliveryStatus.SENT: 24}
    assert ledger.unclear_copies == relay.journal.repeats() == 1
    (told,) = db.session.scalars(select(Attempt).where(Attempt.outcome == Outcome.DROPPED))
    assert told.reply_code is None


def test_a_stop_waits_for_the_answers_that_come_in_time(house: OpenHouse) -> None:
    script = Script([Rule("dot", late=1.5, most=1)], pace=0.05)
    with Relay(script) as relay, house(relay, SMTP_CONNECTIONS="3") as (core, later):
        publish(24)
        with _told_to_stop(core, relay) as post:
            post.run(Lane.BULK, seconds=60)
        taken = len(relay.journal.entries)
        assert taken < 24
        assert _unanswered(relay) == []
        assert _ledger().by_status == {
            DeliveryStatus.SENT: taken, DeliveryStatus.PENDING: 24 - taken}
        assert later.run(Lane.BULK, seconds=20).sent == 24 - taken
        assert (len(relay.journal.copies()), relay.journal.repeats()) == (24, 0)
        assert _ledger().unclear_copies == 0
