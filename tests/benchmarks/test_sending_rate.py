"""Readers per second from planned to sent, against the plain way, in one run on one machine."""

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
from sqlalchemy import text
from sqlalchemy.engine import make_url

from newsletter import clock
from newsletter.broker import celery_url
from newsletter.core import create_core, settings
from newsletter.extensions import db
from newsletter.mailings.queries import get_mailing, progress
from newsletter.sending.carry_out import carry_out_edition
from newsletter.transaction import transaction
from seeds.copy_readers import copy_readers, number_of_themes
from seeds.readers import make_readers
from tests import material
from tests.benchmarks.rows import report
from tests.benchmarks.sink import Sink
from tests.faults.parts import ROOT, wait_until

READERS = int(os.environ.get("BENCH_READERS", "4000"))
PLAIN_READERS = int(os.environ.get("BENCH_PLAIN_READERS", "400"))
RUNS = int(os.environ.get("BENCH_RUNS", "3"))
PROCESSES = 2

pytestmark = pytest.mark.bench


def test_readers_per_second(
    make_database: Callable[[], dict[str, str]], tmp_path: Path
) -> None:
    ours = statistics.median(_ours(make_database(), tmp_path) for _ in range(RUNS))
    plain = statistics.median(_plain(make_database(), tmp_path) for _ in range(RUNS))
    report("planned to sent, ledger and attempts on, two processes", ours, unit="readers/s",
           note="at most 10 in flight a process (2 x 1 connection + 8)")
    report("the plain way, two processes", plain, unit="readers/s")
    report("against the plain way", ours / plain, unit="x")


def _ours(environ: dict[str, str], folder: Path) -> float:
    with Sink(folder) as sink:
        environ = {**environ, "SMTP_URL": sink.url}
        core = create_core(environ)
        redis.Redis.from_url(environ["REDIS_URL"]).flushall()
        with core.app_context(), _worker("tasks.worker", "bulk,upkeep", environ):
            with transaction():
                _add_readers(READERS)
                articles = [material.article("data") for _ in range(12)]
                edition_id = material.edition(articles, send_at=clock.now()).id
            began = time.monotonic()
            carry_out_edition(edition_id, settings=settings(), now=clock.now())
            recipients = get_mailing("edition:90-8").recipients or 0
            wait_until(lambda: _sent() >= recipients, seconds=300, what="the last mail")
            seconds = time.monotonic() - began
            assert progress(get_mailing("edition:90-8")).closes
            db.session.remove()
            db.engine.dispose()
    return recipients / seconds


def _plain(environ: dict[str, str], folder: Path) -> float:
    core = create_core(environ)
    with core.app_context():
        with transaction():
            _add_readers(PLAIN_READERS)
            for _ in range(12):
                material.article("data")
        ids = list(db.session.scalars(text("select id from subscribers")))
        db.session.remove()
        db.engine.dispose()
    owner = make_url(environ["DATABASE_OWNER_URL"]).set(drivername="postgresql")
    database = owner.render_as_string(False)
    with psycopg.connect(database) as connection, Sink(folder) as sink:
        connection.execute("create table plain_sent (subscriber_id bigint)")
        connection.commit()
        broker = celery_url(environ["REDIS_URL"])
        redis.Redis.from_url(environ["REDIS_URL"]).flushall()
        plain = {"PLAIN_BROKER": broker, "PLAIN_DATABASE": database, "PLAIN_PORT": str(sink.port)}
        os.environ.update(plain)
        from tests.benchmarks.plain import send_one  # noqa: PLC0415 (reads its settings on import)

        send_one.app.conf.broker_url = broker
        with _worker("tests.benchmarks.plain", "plain", {**environ, **plain}):
            began = time.monotonic()
            for subscriber_id in ids:
                send_one.delay(subscriber_id)

            def done() -> bool:
                row = connection.execute("select count(*) from plain_sent").fetchone()
                connection.rollback()
                return row is not None and row[0] >= len(ids)

            wait_until(done, seconds=300, what="the last plain mail")
            return len(ids) / (time.monotonic() - began)


@contextmanager
def _worker(module: str, queues: str, environ: dict[str, str]) -> Iterator[None]:
    """A worker with two processes that is ready before the clock starts."""
    command = [sys.executable, "-m", "celery", "-A", module, "worker", "-Q", queues,
               "-c", str(PROCESSES), "--loglevel", "WARNING"]
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


def _add_readers(number: int) -> None:
    made = make_readers(number, seed=1, themes=number_of_themes(), now=clock.now())
    copy_readers(db.session(), made, on_done=lambda _count: None)


def _sent() -> int:
    found = db.session.scalar(text("select count(*) from deliveries where status = 'sent'"))
    db.session.rollback()
    return int(found or 0)
