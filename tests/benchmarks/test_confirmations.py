"""Somebody signs up while a mailing leaves: how long until the relay has her confirmation mail.

Everything runs that runs in production. The mailing goes to one `smtp-sink`, as fast as it can; the
prompt mails to a relay that notes when it took each. A post counts from the moment that it was due,
so that a web that makes readers wait hides nothing.
"""

import contextlib
import http.client
import os
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

import psycopg
import pytest
import redis
from sqlalchemy.engine import make_url

from newsletter.jobs import Lane
from tests.benchmarks.filled import Filled, Fillings
from tests.benchmarks.mailing import bound, plan_slot
from tests.benchmarks.readers_at_once import HEADERS, centile
from tests.benchmarks.rows import CONFIRMATION, not_run, report
from tests.benchmarks.sink import ToolMissing, postfix_sink
from tests.benchmarks.web import QUIET, served, sign_up_form
from tests.benchmarks.worker import worker
from tests.faults.parts import Part, wait_until
from tests.faults.relay import RelayProcess
from tests.faults.script import Script

READERS = int(os.environ.get("BENCH_MANY_READERS", "60000"))
POSTS = int(os.environ.get("BENCH_CONFIRMATIONS", "300"))
LEAST_POSTS = 50  # below that there is no talk of the slowest in a hundred
A_SECOND = 20
PARALLEL = 8
CONNECTIONS = 6  # of a process, as by default
LONGEST_SECONDS = 60.0

pytestmark = pytest.mark.bench


def test_a_confirmation_does_not_wait_for_a_mailing(fillings: Fillings, tmp_path: Path) -> None:
    try:
        sink = postfix_sink()
    except ToolMissing as error:
        not_run([CONFIRMATION], str(error))
        return
    with fillings.copy(READERS) as filled, sink:
        relay = RelayProcess(tmp_path, Script()).start()
        try:
            due, rate = _posts_beside(filled, tmp_path, bulk=sink.url, prompt=relay)
        finally:
            relay.kill()
    assert relay.journal.violations == []
    taken = {entry.rcpt_to: entry.at for entry in relay.journal.entries}
    waits = [taken[address] - moment for address, moment in due.items()]
    report(CONFIRMATION, centile(waits, 0.99), in_flight=bound(CONNECTIONS),
           note=f"half within {statistics.median(waits):.2f} s; {len(waits)} posts, {A_SECOND} a "
                f"second, beside {rate:,.0f} mails/s")


def _posts_beside(
    filled: Filled, folder: Path, *, bulk: str, prompt: RelayProcess
) -> tuple[dict[str, float], float]:
    """When each post was due, by address, all while the mailing was on; and the mailing's rate."""
    environ = {**filled.environ, **QUIET, "DKIM_KEYS": "none", "STATE": str(folder / "state"),
               "SMTP_CONNECTIONS": str(CONNECTIONS)}
    redis.Redis.from_url(environ["REDIS_URL"]).flushall()
    with contextlib.ExitStack() as running:
        port = running.enter_context(served("wsgi:application", environ))
        for lane, relay, processes in ((Lane.BULK, bulk, ""), (Lane.PROMPT, prompt.url(), ""),
                                       (Lane.UPKEEP, prompt.url(), "1")):
            running.enter_context(worker({**environ, "SMTP_URL": relay}, folder / lane.value,
                                         lane=lane, processes=processes))
        form = sign_up_form(port)
        plan_slot(environ, filled.slot_id)
        beat = Part("beat", environ, folder)
        running.callback(beat.close)
        beat.start()
        url = make_url(environ["DATABASE_OWNER_URL"]).set(drivername="postgresql")
        ledger = running.enter_context(
            psycopg.connect(url.render_as_string(False), autocommit=True))
        wait_until(lambda: _count(ledger, _TRIED) > 0, seconds=30, what="the first mail")
        began, before = time.monotonic(), _count(ledger, _TRIED)
        due = _post_while(lambda: _count(ledger, _IS_ON) > 0, port, form)
        rate = (_count(ledger, _TRIED) - before) / (time.monotonic() - began)
        wait_until(lambda: due.keys() <= prompt.journal.refresh().copies().keys(),
                   seconds=LONGEST_SECONDS, what="the last confirmation")
    return due, rate


_TRIED = "select count(*) from attempts"
_IS_ON = """select count(*) from mailings m
             where exists (select from deliveries d
                            where d.mailing_id = m.id
                              and d.status in ('pending', 'deferred', 'unclear'))"""


def _count(ledger: psycopg.Connection, query: str) -> int:
    (found,) = ledger.execute(query).fetchone() or (0,)
    return int(found)


def _post_while(is_on: Callable[[], bool], port: int, form: dict[str, str]) -> dict[str, float]:
    """Post at an even pace until there were enough, or the mailing is over.

    The moments in seconds since 1970, as the relay's journal has them.
    """
    due: dict[str, float] = {}
    began = time.time() + 0.1
    with ThreadPoolExecutor(PARALLEL) as posting:
        posts = []
        for number in range(POSTS):
            moment = began + number / A_SECOND
            time.sleep(max(0.0, moment - time.time()))
            if number % A_SECOND == 0 and not is_on():
                break
            address = f"vraagt{number}@plain.example"
            due[address] = moment
            posts.append(posting.submit(_post, port, {**form, "address": address}))
        for post in posts:
            assert post.result() == http.client.SEE_OTHER
    assert len(due) >= LEAST_POSTS, "the mailing was over too soon: raise BENCH_MANY_READERS"
    return due


def _post(port: int, body: dict[str, str]) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LONGEST_SECONDS)
    with contextlib.closing(connection):
        connection.request("POST", "/aanmelden", urlencode(body), HEADERS)
        return connection.getresponse().status
