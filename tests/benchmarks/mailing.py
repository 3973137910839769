"""One mailing, measured: from the commit of its planning to the last outcome in the ledger.

A mailing that did not end, or whose ledger does not close, is no figure but a failure.
"""

import contextlib
import os
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg
import redis
from sqlalchemy.engine import make_url

from newsletter import clock
from newsletter.config import SETTINGS, load
from newsletter.core import create_core, settings
from newsletter.dkim_rotation import make_keys, use_keys
from newsletter.extensions import db
from newsletter.sending.carry_out import carry_out_slot
from tests.benchmarks.machine import HAS_PROC, cpu_seconds, peak_megabytes
from tests.benchmarks.worker import PROCESSES, Worker, worker

READERS = int(os.environ.get("BENCH_READERS", "24000"))
RUNS = int(os.environ.get("BENCH_RUNS", "3"))
LONGEST_SECONDS = float(os.environ.get("BENCH_LONGEST_SECONDS", "300"))
AT_ONCE = int(next(each.default or 0 for each in SETTINGS if each.name == "RESULTS_AT_ONCE"))
SLOWEST = 500  # readers a second; a mailing that needs longer than `LONGEST_SECONDS` may
LOOKS_EVERY = 0.05
_OPEN = "status in ('pending', 'claimed', 'deferred', 'unclear')"


@dataclass(frozen=True)
class Measured:
    """What one mailing came to."""

    readers: int
    planning_seconds: float  # to the commit: readers, rendering and encoding
    first_seconds: float  # from the commit until the first outcome is in the ledger
    seconds: float  # from the commit until the last is
    cpu_seconds: float | None  # of the worker's own processes
    peak_megabytes: float | None  # of the child that had most
    in_flight: str  # how many a kill could leave unclear

    @property
    def rate(self) -> float:
        """Readers a second."""
        return self.readers / self.seconds

    @property
    def cpu_microseconds(self) -> float | None:
        """Own CPU a message."""
        return None if self.cpu_seconds is None else self.cpu_seconds / self.readers * 1e6


def measure(
    environ: Mapping[str, str],
    *,
    slot_id: int,
    relays: Sequence[str],
    folder: Path,
    processes: str = PROCESSES,
) -> Measured:
    """Plan the slot and let workers send it; one worker, or one for each relay when more.

    Raises AssertionError when it is not over within `BENCH_LONGEST_SECONDS`, or longer at fewer
    than 500 readers a second, or when a reader was missed, repeated or left open.
    """
    redis.Redis.from_url(environ["REDIS_URL"]).flushall()
    in_flight = bound(load(environ).smtp_connections)
    with contextlib.ExitStack() as running:
        workers = [
            running.enter_context(worker(
                {**environ, "SMTP_URL": relay, "STATE": str(folder / f"state{number}")},
                folder / f"worker{number}",
                processes=processes if len(relays) == 1 else "1",
            ))
            for number, relay in enumerate(relays)
        ]
        pids = [pid for each in workers for pid in each.pids]
        spent = cpu_seconds(pids) if HAS_PROC else 0.0
        began = time.monotonic()
        committed = plan_slot(environ, slot_id)
        readers, first, last = _watch(environ, workers, since=committed)
        spent = cpu_seconds(pids) - spent if HAS_PROC else 0.0
        peaks = [peak_megabytes(pid) for each in workers for pid in each.children]
    return Measured(
        readers, committed - began, first, last, spent if HAS_PROC else None,
        max(peaks, default=None), in_flight,
    )


def spread(ours: Sequence[Measured]) -> str:
    """From the least own CPU to the most, for a note."""
    spent = [each.cpu_microseconds or 0 for each in ours]
    return f"{min(spent):.0f} to {max(spent):.0f}, {len(ours)} runs of {ours[0].readers:,}"


def keys(folder: Path, algorithm: str | None) -> str:
    """A folder with one key that signs, as a setting; `none` when nothing is to be signed."""
    if algorithm is None:
        return "none"
    made = make_keys(folder, domain="ingovernment.example", algorithms=[algorithm],
                     now=clock.now())
    use_keys(folder, [made[0].selector], sender_domain=made[0].domain, now=clock.now())
    return str(folder)


def with_planning(ours: Sequence[Measured], their_rate: float) -> str:
    """What the ratio comes to with what came before the commit, for a note.

    Others render each mail while they send; ours are rendered when the mailing is planned.
    """
    rates = [each.readers / (each.planning_seconds + each.seconds) for each in ours]
    return f"; with our planning {statistics.median(rates) / their_rate:.3g} ×"


def plan_slot(environ: Mapping[str, str], slot_id: int) -> float:
    """Plan a slot that is due; the moment of its commit, by `time.monotonic`."""
    with create_core(environ).app_context():
        carry_out_slot(slot_id, settings=settings(), now=clock.now(), is_asked=True)
        committed = time.monotonic()
        db.session.remove()
        db.engine.dispose()
    return committed


def bound(connections: int) -> str:
    """The promise in force while a rate was measured, for each process that sends."""
    return (f"kill -9: ≤ {connections} unclear, one a connection; machine lost: "
            f"≤ {2 * connections + AT_ONCE}")


def _watch(
    environ: Mapping[str, str], workers: Sequence[Worker], *, since: float
) -> tuple[int, float, float]:
    """How many were sent, and the seconds to the first and to the last outcome."""
    url = make_url(environ["DATABASE_OWNER_URL"]).set(drivername="postgresql")
    first = None
    with psycopg.connect(url.render_as_string(False), autocommit=True) as ledger:
        # Looking must cost next to nothing: only the small indexes of open work are read.
        ledger.execute("set enable_seqscan = off")
        (readers,) = ledger.execute("select recipients from mailings").fetchone() or (0,)
        longest = max(LONGEST_SECONDS, readers / SLOWEST)
        while _is_there(ledger, _OPEN):
            if first is None and _is_there(ledger, "true", table="attempts"):
                first = time.monotonic() - since
            assert time.monotonic() - since < longest, _unfinished(ledger, workers)
            assert all(each.is_running for each in workers), "a worker has ended"
            time.sleep(LOOKS_EVERY)
        last = time.monotonic() - since
        _check(ledger)
    return readers, first or last, last


def _is_there(ledger: psycopg.Connection, condition: str, *, table: str = "deliveries") -> bool:
    found = ledger.execute(f"select exists (select from {table} where {condition})").fetchone()
    return bool(found and found[0])


def _check(ledger: psycopg.Connection) -> None:
    """Every recipient was sent one mail, with one attempt each, and nobody else."""
    query = """
        select m.recipients, count(*), count(*) filter (where d.status = 'sent'),
               count(distinct d.subscriber_id), coalesce(sum(d.attempts), 0),
               (select count(*) from attempts)
          from mailings m join deliveries d on d.mailing_id = m.id group by m.id, m.recipients
    """
    rows = ledger.execute(query).fetchall()
    assert len(rows) == 1, f"{len(rows)} mailings instead of one"
    assert len(set(rows[0])) == 1, (
        "recipients, deliveries, sent, readers, tries and attempts differ: "
        f"{', '.join(map(str, rows[0]))}"
    )


def _unfinished(ledger: psycopg.Connection, workers: Sequence[Worker]) -> str:
    counts = ledger.execute("select status, count(*) from deliveries group by 1").fetchall()
    logs = "\n".join(str(each.log) for each in workers)
    return f"the mailing was not over in time: {counts}; see\n{logs}"
