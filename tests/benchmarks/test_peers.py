"""Readers a second on the cheap sink, which nobody waits for.

Against Postfix's load generator, and against what else one could build: a pooled nodemailer sender,
a task a reader. The peers in as many processes as ours.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import redis
from sqlalchemy.engine import make_url

from newsletter.broker import celery_url
from tests.benchmarks.content import check_octets, fill
from tests.benchmarks.mailing import READERS, RUNS, Measured, with_planning
from tests.benchmarks.on_cheap_sink import OnCheapSink
from tests.benchmarks.peer import SENTENCES, feed_pooled
from tests.benchmarks.rows import CHEAP_SINK, NODEMAILER, PLAIN_CELERY, not_run, report
from tests.benchmarks.sink import ToolMissing, cheap_sink
from tests.faults.parts import ROOT, wait_until

PLAIN_READERS = int(os.environ.get("BENCH_PLAIN_READERS", "300"))
POOLED_READERS = int(os.environ.get("BENCH_POOLED_READERS", "1500"))
PROCESSES = int(os.environ.get("BENCH_PROCESSES") or os.cpu_count() or 2)
CONNECTIONS = 6  # of ours too, unless told otherwise

pytestmark = pytest.mark.bench

Ours = Measured | ToolMissing


@pytest.fixture(scope="module")
def ours(on_cheap_sink: OnCheapSink | ToolMissing) -> Ours:
    """The run of ours that had the middle rate, or what is missing for one."""
    return on_cheap_sink if isinstance(on_cheap_sink, ToolMissing) else on_cheap_sink.middle


def test_ours_against_the_load_generator(on_cheap_sink: OnCheapSink | ToolMissing) -> None:
    if isinstance(on_cheap_sink, ToolMissing):
        not_run([CHEAP_SINK], str(on_cheap_sink))
        return
    ours, rate = on_cheap_sink.middle, on_cheap_sink.their_rate
    if rate is None:
        not_run([CHEAP_SINK], "install postfix")
        return
    report(CHEAP_SINK, ours.rate / rate, in_flight=ours.in_flight,
           note=f"{ours.rate:,.0f}/s against {rate:,.0f}/s, {RUNS} runs of {READERS:,}"
                f"{with_planning([ours], rate)}")


def test_ours_against_a_pooled_nodemailer_sender(ours: Ours, tmp_path: Path) -> None:
    if isinstance(ours, ToolMissing):
        not_run([NODEMAILER], str(ours))
        return
    theirs = []
    try:
        for _ in range(RUNS):
            with cheap_sink(tmp_path) as sink:
                theirs.append(feed_pooled(sink, tmp_path, readers=POOLED_READERS,
                                          connections=CONNECTIONS, processes=PROCESSES))
                counts = sink.counts()
            assert counts["distinct_once"] == POOLED_READERS // PROCESSES * PROCESSES
            check_octets(counts)
    except ToolMissing as error:
        not_run([NODEMAILER], str(error))
        return
    rate = statistics.median(theirs)
    report(NODEMAILER, ours.rate / rate, in_flight=ours.in_flight,
           note=f"{ours.rate:,.0f}/s against {rate:,.0f}/s of {PROCESSES} processes, on the cheap "
                f"sink, and theirs without a ledger{with_planning([ours], rate)}")


def test_ours_against_the_plain_celery_way(
    ours: Ours, make_database: Callable[[], dict[str, str]], tmp_path: Path
) -> None:
    if isinstance(ours, ToolMissing):
        not_run([PLAIN_CELERY], str(ours))
        return
    environ = make_database()
    fill(environ, readers=PLAIN_READERS, sentences=SENTENCES)
    rate = statistics.median(_plain(environ, tmp_path))
    report(PLAIN_CELERY, ours.rate / rate, in_flight=ours.in_flight,
           note=f"{ours.rate:,.0f}/s against {rate:,.0f}/s of {PROCESSES} processes, on the cheap "
                f"sink{with_planning([ours], rate)}")


def _plain(environ: dict[str, str], folder: Path) -> list[float]:
    """Mails a second of one task a reader, from the first task asked to the last row marked."""
    owner = make_url(environ["DATABASE_OWNER_URL"]).set(drivername="postgresql")
    database = owner.render_as_string(False)
    rates = []
    with psycopg.connect(database, autocommit=True) as connection, cheap_sink(folder) as sink:
        connection.execute("create table plain_sent (subscriber_id bigint)")
        ids = [row[0] for row in connection.execute("select id from subscribers")]
        broker = celery_url(environ["REDIS_URL"])
        redis.Redis.from_url(environ["REDIS_URL"]).flushall()
        plain = {"PLAIN_BROKER": broker, "PLAIN_DATABASE": database, "PLAIN_PORT": str(sink.port)}
        os.environ.update(plain)
        from tests.benchmarks.plain import send_one  # noqa: PLC0415 (reads its settings on import)

        def done() -> bool:
            row = connection.execute("select count(*) from plain_sent").fetchone()
            return row is not None and row[0] >= len(ids)

        with _plain_worker({**environ, **plain}, folder):
            for _ in range(RUNS):
                connection.execute("truncate plain_sent")
                began = time.monotonic()
                for subscriber_id in ids:
                    send_one.delay(subscriber_id)
                wait_until(done, seconds=300, what="the last plain mail")
                rates.append(len(ids) / (time.monotonic() - began))
        check_octets(sink.counts())
    return rates


@contextmanager
def _plain_worker(environ: dict[str, str], folder: Path) -> Iterator[None]:
    """A worker with as many processes as ours that is ready before the clock starts."""
    command = [sys.executable, "-m", "celery", "-A", "tests.benchmarks.plain", "worker",
               "-Q", "plain", "-c", str(PROCESSES), "--without-mingle", "--without-gossip",
               "--loglevel", "INFO"]
    path = folder / "plain.log"
    with path.open("wb") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **environ}, stdout=log, stderr=log
        )
        try:
            wait_until(lambda: b" ready." in path.read_bytes(), seconds=60, what="the plain worker")
            yield
        finally:
            process.terminate()
            process.wait(timeout=30)
