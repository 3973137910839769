"""Transactions and wake-ups: what is asked leaves after the commit, or not at all."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import Thread

import pytest
from flask import Flask
from redis import Redis
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from newsletter import clock
from newsletter.core import ROOT
from newsletter.extensions import db
from newsletter.jobs import GATHERED_SECONDS, LANES, Job, Lane, enqueue
from newsletter.transaction import transaction


@pytest.fixture
def broker(committed: Flask, servers: dict[str, str]) -> Iterator[Redis]:
    """The broker, with nothing in it before and after."""
    found = Redis.from_url(servers["REDIS_URL"])
    found.flushdb()
    yield found
    found.flushdb()
    found.close()


def asked(broker: Redis) -> list[tuple[str, list[int]]]:
    """What waits at the broker, oldest first, by name and ids."""
    found = []
    for lane in Lane:
        for raw in reversed(broker.lrange(lane.value, 0, -1)):  # type: ignore[arg-type]
            headers = json.loads(raw)["headers"]
            found.append((headers["task"], json.loads(headers["argsrepr"].replace(",)", ")")
                          .replace("(", "[").replace(")", "]"))))
    return found


def test_a_wake_up_leaves_after_the_commit_and_not_before(broker: Redis) -> None:
    with transaction():
        enqueue(Job.CARRY_OUT_SLOT, 7)
        assert asked(broker) == []
    assert asked(broker) == [("mailings.carry_out_slot", [7])]


def test_a_wake_up_of_a_deed_that_failed_never_leaves(broker: Redis) -> None:
    with suppress(IntegrityError), transaction():
        enqueue(Job.SEND_BULK)
        db.session.execute(text("update magazines set id = 2"))
        raise AssertionError("two magazines")
    assert asked(broker) == []


def test_a_wake_up_of_a_commit_that_failed_never_leaves(broker: Redis) -> None:
    db.session.execute(text(
        "create temporary table once (id int unique deferrable initially deferred)"
    ))
    db.session.commit()
    refused = False
    try:
        with transaction():
            enqueue(Job.SEND_BULK)
            db.session.execute(text("insert into once values (1), (1)"))
    except IntegrityError:
        refused = True
    assert refused
    assert asked(broker) == []


def test_what_is_asked_after_a_failure_leaves_at_once(broker: Redis) -> None:
    with pytest.raises(RuntimeError), transaction():
        raise RuntimeError
    enqueue(Job.RECOVER)
    assert asked(broker) == [("sending.recover", [])]


def test_asked_twice_in_one_deed_it_leaves_once(broker: Redis) -> None:
    with transaction():
        for slot_id in (1, 2, 1):
            enqueue(Job.CARRY_OUT_SLOT, slot_id)
    assert [ids for _, ids in asked(broker)] == [[1], [2]]


def test_asked_for_several_workers_it_leaves_that_often(broker: Redis) -> None:
    with transaction():
        enqueue(Job.SEND_BULK)
        enqueue(Job.SEND_BULK, times=4)
        enqueue(Job.SEND_BULK, times=2)
    assert len(asked(broker)) == 4


@pytest.mark.parametrize("job", Job)
def test_a_wake_up_goes_to_the_lane_of_its_job(broker: Redis, job: Job) -> None:
    enqueue(job)
    assert broker.llen(LANES[job].value) == 1


ALONE = """
from sqlalchemy import text
from newsletter.core import create_core
from newsletter.extensions import db
from newsletter.jobs import Job, enqueue
from newsletter.transaction import transaction

with create_core().app_context():
    with transaction():
        db.session.execute(text("update magazines set tagline_en = 'still here'"))
        for number in range(20):
            enqueue(Job.CARRY_OUT_SLOT, number)
    print(db.session.scalar(text("select tagline_en from magazines")))
"""


def test_a_deed_is_committed_although_the_broker_is_gone_and_it_is_tried_once(
    make_database: Callable[[], dict[str, str]],
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as broken, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        tries = _hang_up(broken)
        port = broken.getsockname()[1]
        # Each in a process of its own, since connections to the broker are shared within one.
        running = [
            subprocess.Popen(
                [sys.executable, "-c", ALONE],
                env={**os.environ, **make_database(), "REDIS_URL": gone},
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            for gone in (
                "unix:///nonexistent/socket?db=0",
                f"redis://127.0.0.1:{free.getsockname()[1]}/0",
                f"redis://127.0.0.1:{port}/0",
            )
        ]
        said = [process.communicate(timeout=60)[0] for process in running]
        broken.shutdown(socket.SHUT_RDWR)  # or its thread would wait on
    for process, words in zip(running, said, strict=True):
        assert process.returncode == 0, words
        assert words.strip().endswith("still here")
        # One line names all that was lost: a wait for each would add up to minutes.
        assert words.count("wake_ups_lost") == 1
        assert words.count(Job.CARRY_OUT_SLOT.value) == 20
    # The client itself tries a connection that breaks once more.
    assert 1 <= len(tries) <= 2


def _hang_up(broken: socket.socket) -> list[str]:
    """Take every connection and end it at once; one entry for each that came."""
    tries: list[str] = []

    def take() -> None:
        with suppress(OSError):
            while True:
                found, where = broken.accept()
                found.close()
                tries.append(str(where))

    Thread(target=take, daemon=True).start()
    return tries


def test_of_many_wake_ups_at_once_one_leaves_now_and_one_after_all_of_them(
    broker: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsletter.jobs._last_leaves", {})
    began = clock.boot_seconds()
    for _ in range(50):
        with transaction():
            enqueue(Job.TAKE_REQUESTS)
    assert clock.boot_seconds() - began < GATHERED_SECONDS[Job.TAKE_REQUESTS], "too slow to tell"
    found = [json.loads(raw)["headers"] for raw in broker.lrange(Lane.PROMPT.value, 0, -1)]
    assert sorted(one["eta"] is None for one in found) == [False, True]
