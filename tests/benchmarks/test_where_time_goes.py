"""Where the time of a message goes: our own CPU by part, PostgreSQL's and the relay's beside it.

What is found lies in `.benchmarks/time.json`; `make bench-docs` draws it.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import redis
from sqlalchemy.engine import make_url

from newsletter.mailer.dkim import ED25519, RSA
from tests.benchmarks.content import MAIL_BYTES
from tests.benchmarks.filled import Filled, Fillings
from tests.benchmarks.machine import HAS_PROC, cpu_seconds, family_cpu_seconds
from tests.benchmarks.mailing import bound, keys, plan_slot
from tests.benchmarks.picture import KEPT, SOURCE, Spent
from tests.benchmarks.rows import report
from tests.benchmarks.sink import LONGEST_SECONDS, Sink, ToolMissing, feed_counted, postfix_sink
from tests.faults.parts import ROOT

READERS = int(os.environ.get("BENCH_WATCHED_READERS", "8000"))
CONNECTIONS = 6
WAYS = {"unsigned": None, "Ed25519": ED25519, "RSA-2048": RSA}

pytestmark = pytest.mark.bench


def test_where_the_time_of_a_message_goes(fillings: Fillings, tmp_path: Path) -> None:
    if not HAS_PROC:
        return
    try:
        found = [_spent_by_the_load_generator()]
    except ToolMissing:
        return
    for name, algorithm in WAYS.items():
        folder = tmp_path / name
        folder.mkdir()
        with fillings.copy(READERS) as filled, postfix_sink() as sink:
            found.append(_spent(name, filled, sink, keys(folder / "dkim", algorithm)))
    KEPT.parent.mkdir(exist_ok=True)
    KEPT.write_text(json.dumps([each.__dict__ for each in found], indent=1), encoding="utf-8")
    for each in found:
        parts = ", ".join(f"{part} {took:.0f}" for part, took in each.everything.items())
        report(f"one process, watched, {each.name}", each.rate, unit="/s",
               note=f"µs a message: {parts}",
               in_flight=bound(CONNECTIONS) if each.parts else "")


def _spent_by_the_load_generator() -> Spent:
    with postfix_sink() as sink:
        its = cpu_seconds([sink.pid])
        rate, source = feed_counted([sink], messages=READERS, octets=MAIL_BYTES)
        its = cpu_seconds([sink.pid]) - its
    return Spent(SOURCE, {}, 0.0, its * 1e6 / READERS, rate, source=source * 1e6 / READERS)


def _spent(name: str, filled: Filled, sink: Sink, dkim_keys: str) -> Spent:
    environ = {**filled.environ, "DKIM_KEYS": dkim_keys, "SMTP_URL": sink.url,
               "SMTP_CONNECTIONS": str(CONNECTIONS)}
    redis.Redis.from_url(environ["REDIS_URL"]).flushall()
    plan_slot(environ, filled.slot_id)
    postgres = _postmaster(environ)
    before = family_cpu_seconds(postgres), cpu_seconds([sink.pid])
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.watched"], cwd=ROOT, check=True,
        env={**os.environ, **environ}, stdout=subprocess.PIPE, text=True, timeout=LONGEST_SECONDS,
    )
    after = family_cpu_seconds(postgres), cpu_seconds([sink.pid])
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["sent"] == READERS
    each = 1e6 / READERS
    return Spent(
        name, {part: took * each for part, took in told["parts"].items()},
        (after[0] - before[0]) * each, (after[1] - before[1]) * each, READERS / told["seconds"],
    )


def _postmaster(environ: dict[str, str]) -> int:
    """The process that all of PostgreSQL's are children of."""
    owner = make_url(environ["DATABASE_OWNER_URL"])
    with psycopg.connect(host=str(owner.query["host"]), user="postgres",
                         dbname="postgres") as admin:
        (said,) = admin.execute("select pg_read_file('postmaster.pid')").fetchone() or ("",)
    return int(said.split()[0])
