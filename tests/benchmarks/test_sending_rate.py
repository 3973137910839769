"""Readers a second from planned to sent, against Postfix's load generator and the plain way.

End to end through Celery, with ledger and attempts on; each ratio in one run, ours and the baseline
in turns, of each the median.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest
import redis
from sqlalchemy.engine import make_url

from newsletter import clock
from newsletter.broker import celery_url
from newsletter.dkim_rotation import make_keys, use_keys
from newsletter.mailer.dkim import ED25519, RSA
from tests.benchmarks import rows
from tests.benchmarks.content import MAIL_BYTES, fill
from tests.benchmarks.mailing import Measured, measure
from tests.benchmarks.rows import Figure, not_run, report
from tests.benchmarks.sink import Sink, ToolMissing, cheap_sink, feed, postfix_sink
from tests.faults.parts import ROOT, wait_until

READERS = int(os.environ.get("BENCH_READERS", "20000"))
PLAIN_READERS = int(os.environ.get("BENCH_PLAIN_READERS", "300"))
RUNS = int(os.environ.get("BENCH_RUNS", "3"))
PROCESSES = 2  # of the plain way

pytestmark = pytest.mark.bench

MakeDatabase = Callable[[], dict[str, str]]
MakeSinks = Callable[[Path], Sequence[Sink]]
TO_MEASURE = [
    pytest.param(rows.ONE_SINK, rows.CPU, None, lambda _folder: [postfix_sink()], id="one sink"),
    pytest.param(rows.TWO_SINKS, None, None, lambda _folder: [postfix_sink(), postfix_sink()],
                 id="two sinks"),
    pytest.param(rows.CHEAP_SINK, None, None, lambda folder: [cheap_sink(folder)],
                 id="cheap sink"),
    pytest.param(rows.SIGNED_ED25519, rows.CPU_ED25519, ED25519, lambda _folder: [postfix_sink()],
                 id="ed25519"),
    pytest.param(rows.SIGNED_RSA, rows.CPU_RSA, RSA, lambda _folder: [postfix_sink()], id="rsa"),
]


@pytest.mark.parametrize(("rate", "cpu", "algorithm", "sinks"), TO_MEASURE)
def test_ours_against_the_load_generator(
    make_database: MakeDatabase,
    tmp_path: Path,
    rate: Figure,
    cpu: Figure | None,
    algorithm: str | None,
    sinks: MakeSinks,
) -> None:
    theirs: list[float] = []
    ours: list[Measured] = []
    settings = {"DKIM_KEYS": _keys(tmp_path / "dkim", algorithm)}
    try:
        for turn in range(RUNS):
            folder = tmp_path / str(turn)
            folder.mkdir()
            with _running(sinks(folder)) as relays:
                theirs.append(feed(relays, messages=READERS, octets=MAIL_BYTES))
            environ = {**make_database(), **settings}
            slot_id = fill(environ, readers=READERS)
            with _running(sinks(folder)) as relays:
                ours.append(measure(environ, slot_id=slot_id, folder=folder,
                                    relays=[each.url for each in relays]))
    except ToolMissing as error:
        not_run([rate, *([cpu] if cpu else [])], str(error))
        return
    our_rate = statistics.median(each.rate for each in ours)
    their_rate = statistics.median(theirs)
    report(rate, our_rate / their_rate,
           note=f"{our_rate:,.0f}/s against {their_rate:,.0f}/s; {ours[0].in_flight}")
    spent = [each.cpu_microseconds for each in ours if each.cpu_microseconds is not None]
    if cpu is not None and spent:
        report(cpu, statistics.median(spent))
    peaks = [each.peak_megabytes for each in ours if each.peak_megabytes is not None]
    if rate is rows.ONE_SINK and peaks:
        report(rows.MEMORY, max(peaks), note=f"{READERS:,} readers, shared pages included")


def test_ours_against_the_plain_celery_way(make_database: MakeDatabase, tmp_path: Path) -> None:
    plain = statistics.median(
        _plain(make_database(), tmp_path) for _ in range(RUNS))
    environ = {**make_database(), "DKIM_KEYS": "none"}
    slot_id = fill(environ, readers=READERS)
    with cheap_sink(tmp_path) as sink:
        ours = measure(environ, slot_id=slot_id, relays=[sink.url], folder=tmp_path)
    report(rows.PLAIN_CELERY, ours.rate / plain,
           note=f"{ours.rate:,.0f}/s against {plain:,.0f}/s, both on the cheap sink")


def _keys(folder: Path, algorithm: str | None) -> str:
    """A folder with one key that signs, as a setting; `none` when nothing is to be signed."""
    if algorithm is None:
        return "none"
    made = make_keys(folder, domain="ingovernment.example", algorithms=[algorithm],
                     now=clock.now())
    use_keys(folder, [made[0].selector], sender_domain=made[0].domain, now=clock.now())
    return str(folder)


@contextmanager
def _running(sinks: Sequence[Sink]) -> Iterator[list[Sink]]:
    with ExitStack() as stack:
        yield [stack.enter_context(sink) for sink in sinks]


def _plain(environ: dict[str, str], folder: Path) -> float:
    """Mails a second of one task a reader, from the first task asked to the last row marked."""
    fill(environ, readers=PLAIN_READERS)
    owner = make_url(environ["DATABASE_OWNER_URL"]).set(drivername="postgresql")
    database = owner.render_as_string(False)
    with psycopg.connect(database, autocommit=True) as connection, cheap_sink(folder) as sink:
        connection.execute("create table plain_sent (subscriber_id bigint)")
        ids = [row[0] for row in connection.execute("select id from subscribers")]
        broker = celery_url(environ["REDIS_URL"])
        redis.Redis.from_url(environ["REDIS_URL"]).flushall()
        plain = {"PLAIN_BROKER": broker, "PLAIN_DATABASE": database, "PLAIN_PORT": str(sink.port)}
        os.environ.update(plain)
        from tests.benchmarks.plain import send_one  # noqa: PLC0415 (reads its settings on import)

        send_one.app.conf.broker_url = broker
        with _plain_worker({**environ, **plain}):
            began = time.monotonic()
            for subscriber_id in ids:
                send_one.delay(subscriber_id)

            def done() -> bool:
                row = connection.execute("select count(*) from plain_sent").fetchone()
                return row is not None and row[0] >= len(ids)

            wait_until(done, seconds=300, what="the last plain mail")
            return len(ids) / (time.monotonic() - began)


@contextmanager
def _plain_worker(environ: dict[str, str]) -> Iterator[None]:
    """A worker with two processes that is ready before the clock starts."""
    command = [sys.executable, "-m", "celery", "-A", "tests.benchmarks.plain", "worker",
               "-Q", "plain", "-c", str(PROCESSES), "--loglevel", "WARNING"]
    with (ROOT / ".benchmarks" / "worker.log").open("ab") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **environ}, stdout=log, stderr=log
        )
        time.sleep(6)
        try:
            yield
        finally:
            process.terminate()
            process.wait(timeout=30)
