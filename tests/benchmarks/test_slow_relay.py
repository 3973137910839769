"""A relay that takes its time: nothing may be left of what its own delay allows.

Every reply leaves 20 ms after its command came, and delays overlap. A mail needs two turns of the
line, its envelope and its body, so that a connection could do one in 40 ms; PIPELINING is offered,
CHUNKING is not.
"""

import os
from pathlib import Path

import pytest

from tests.benchmarks.filled import Fillings
from tests.benchmarks.mailing import measure
from tests.benchmarks.rows import SLOW_RELAY, report
from tests.faults.relay import RelayProcess
from tests.faults.script import Script

DELAY = 0.02
CONNECTIONS = 8
# One, so that the relay, which keeps a journal of all it hears, is not what is measured.
PROCESSES = 1
READERS = int(os.environ.get("BENCH_SLOW_READERS", "2500"))

pytestmark = pytest.mark.bench


def test_a_slow_relay_is_kept_busy(fillings: Fillings, tmp_path: Path) -> None:
    relay = RelayProcess(tmp_path, Script(delay=DELAY, off=("CHUNKING",))).start()
    try:
        with fillings.copy(READERS) as filled:
            ours = measure(
                {**filled.environ, "DKIM_KEYS": "none", "SMTP_CONNECTIONS": str(CONNECTIONS)},
                slot_id=filled.slot_id, relays=[relay.url()], folder=tmp_path,
                processes=str(PROCESSES),
            )
    finally:
        relay.kill()
    journal = relay.journal.refresh()
    assert journal.violations == []
    assert len(journal.entries) == READERS
    assert journal.most_sessions <= CONNECTIONS * PROCESSES
    allowed = CONNECTIONS * PROCESSES / (2 * DELAY)
    report(SLOW_RELAY, ours.rate / allowed, in_flight=ours.in_flight,
           note=f"{ours.rate:,.0f}/s of {allowed:,.0f}/s, {PROCESSES} process, {READERS:,} readers")
