"""Pace across workers: real sessions at once never exceed a limit, and never block each other."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest
from flask import Flask
from sqlalchemy import text

from newsletter.deliveries import slow_down
from newsletter.deliveries.bucket import size_of
from newsletter.deliveries.models import MailKind, SwitchName
from newsletter.deliveries.pace import Candidate, admit, give_back, halted, room
from newsletter.deliveries.queue import SingleMail, queue_single
from newsletter.deliveries.slow_down import Answer
from newsletter.deliveries.switch import switch
from newsletter.extensions import db
from newsletter.jobs import Lane
from newsletter.sending.set_pace import set_limit
from newsletter.transaction import transaction
from tests import material

WORKERS = 4
DOMAINS = ("a.example", "b.example", "c.example")
Work = Callable[[int], Counter[str]]


def domain_of(delivery_id: int) -> str:
    return DOMAINS[delivery_id % len(DOMAINS)]


def limit(scope: str, *, per_second: float | None = None, at_once: int | None = None) -> None:
    with transaction():
        set_limit(scope, per_second=per_second, at_once=at_once, by="operator:x", now=material.NOW)


@pytest.fixture
def owed(committed: Flask) -> int:
    """So many deliveries, due."""
    with transaction():
        who = material.reader().subscriber_id
        for _ in range(300):
            queue_single(SingleMail(kind=MailKind.WELCOME, subscriber_id=who), now=material.NOW)
    return 300


def claim_some(number: int, random: Random) -> list[int]:
    """One claim as a worker makes it, with answers of the claim before written down in it."""
    with transaction():
        slow_down.note(db.session(), [
            Answer(domain, random.random() < 0.1) for domain in random.sample(DOMAINS, 3)])
        wanted = room(db.session(), lane=Lane.BULK, wanted=30)
        ids = list(db.session.scalars(
            text("select id from deliveries where status = 'pending' order by :spread * id"
                 " limit :wanted for update skip locked"),
            {"wanted": wanted, "spread": random.choice((-1, 1))},
        ))
        admitted = admit(db.session(), [Candidate(each, domain_of(each)) for each in ids],
                         lane=Lane.BULK)
        db.session.execute(text("update deliveries set status = 'claimed', claim_id = :claim"
                                " where id = any(:ids)"), {"claim": number, "ids": admitted.now})
    return admitted.now


def finish(ids: list[int]) -> None:
    with transaction():
        db.session.execute(
            text("update deliveries set status = 'sent', sent_at = now(), claim_id = null"
                 " where id = any(:ids)"), {"ids": ids})


def all_work(app: Flask, work: Work) -> list[Counter[str]]:
    def inside(number: int) -> Counter[str]:
        with app.app_context():
            try:
                return work(number)
            finally:
                db.session.remove()

    with ThreadPoolExecutor(WORKERS) as threads:
        return list(threads.map(inside, range(WORKERS)))


def test_at_once_holds_over_all_workers_and_everything_still_leaves(
    committed: Flask, owed: int
) -> None:
    limit("a.example", at_once=3)
    limit("b.example", at_once=1, per_second=400)
    held: Counter[str] = Counter()
    most: Counter[str] = Counter()
    guard = threading.Lock()
    until = time.monotonic() + 30

    def work(number: int) -> Counter[str]:
        random, done = Random(number), Counter[str]()
        while time.monotonic() < until:
            ids = claim_some(number + 1, random)
            mine = Counter(domain_of(each) for each in ids)
            with guard:
                held.update(mine)
                for domain in DOMAINS:
                    most[domain] = max(most[domain], held[domain])
            time.sleep(0.002)
            with guard:
                held.subtract(mine)
            finish(ids)
            done.update(mine)
            if not ids and db.session.scalar(text(
                    "select not exists (select from deliveries where status <> 'sent')")):
                break
            db.session.rollback()
        return done

    done = sum(all_work(committed, work), Counter[str]())
    assert done.total() == owed
    assert most["a.example"] <= 2  # of three, bulk leaves one to prompt
    assert most["b.example"] == 1
    assert most["c.example"] > 3


def test_a_rate_holds_over_all_workers(committed: Flask, owed: int) -> None:
    limit("total", per_second=60)
    limit("a.example", per_second=15)
    began, until = time.monotonic(), time.monotonic() + 2

    def work(number: int) -> Counter[str]:
        random, done = Random(number), Counter[str]()
        while time.monotonic() < until:
            done.update(domain_of(each) for each in claim_some(number + 1, random))
            time.sleep(0.01)
        return done

    done = sum(all_work(committed, work), Counter[str]())
    took = time.monotonic() - began
    assert done.total() <= 60 * took + size_of(60)
    assert done["a.example"] <= 15 * took + size_of(15)
    assert done.total() >= 60 * 2 * 0.6


def test_whatever_is_asked_in_whatever_order_nobody_is_blocked(
    committed: Flask, owed: int
) -> None:
    for domain in DOMAINS:
        limit(domain, per_second=5000, at_once=200)
    rounds = 25

    def work(number: int) -> Counter[str]:
        random, done = Random(number), Counter[str]()
        for turn in range(rounds):
            if number == 0:
                limit(random.choice(("total", *DOMAINS)), per_second=random.choice((500, 5000)))
            elif number == 1 and turn % 2:
                with transaction():
                    switch(SwitchName.SENDING_STOPPED, is_on=turn % 4 == 1, by="operator:x",
                           now=material.NOW)
                assert halted(db.session(), [None]) in ({None}, set())
                db.session.rollback()
            ids = claim_some(number + 1, random)
            with transaction():
                give_back(db.session(), [Candidate(each, domain_of(each)) for each in ids[::2]])
                db.session.execute(text("update deliveries set status = 'pending', claim_id = null"
                                        " where id = any(:ids)"), {"ids": ids})
            done["rounds"] += 1
        return done

    done = all_work(committed, work)
    assert [each["rounds"] for each in done] == [rounds] * WORKERS
