"""Own CPU a message where the sink is not the limit: on the cheap sink.

On one `smtp-sink` its one thread is: ours wait for it most of the time, and wake for an answer or
two. There the same mail counts as more, which `test_sending_rate.py` tells in a row of its own.
"""

import statistics
from contextlib import suppress
from pathlib import Path

import pytest

from newsletter.mailer.dkim import ED25519, RSA
from tests.benchmarks.content import MAIL_BYTES, check_octets
from tests.benchmarks.filled import Fillings
from tests.benchmarks.machine import HAS_PROC
from tests.benchmarks.mailing import Measured, measure
from tests.benchmarks.rows import CPU, CPU_ED25519, CPU_RSA, Figure, not_run, report
from tests.benchmarks.sink import ToolMissing, cheap_sink, feed_counted
from tests.benchmarks.test_sending_rate import READERS, RUNS, keys, spread

pytestmark = pytest.mark.bench


@pytest.mark.parametrize(("figure", "algorithm"), [
    pytest.param(CPU, None, id="unsigned"),
    pytest.param(CPU_ED25519, ED25519, id="Ed25519"),
    pytest.param(CPU_RSA, RSA, id="RSA-2048"),
])
def test_own_cpu_of_a_message(
    fillings: Fillings, tmp_path: Path, figure: Figure, algorithm: str | None
) -> None:
    if not HAS_PROC:
        not_run([figure], "only where Linux tells it")
        return
    try:
        runs = [_run(fillings, tmp_path, turn, algorithm) for turn in range(RUNS)]
    except ToolMissing as error:
        not_run([figure], str(error))
        return
    note = spread(runs)
    with suppress(ToolMissing):
        if algorithm is None:
            theirs = statistics.median(_of_the_load_generator(tmp_path) for _ in range(RUNS))
            note += f"; smtp-source's own {theirs:.0f} µs"
    report(figure, statistics.median(each.cpu_microseconds or 0 for each in runs), note=note)


def _run(fillings: Fillings, folder: Path, turn: int, algorithm: str | None) -> Measured:
    folder = folder / str(turn)
    folder.mkdir()
    with fillings.copy(READERS) as filled, cheap_sink(folder) as sink:
        measured = measure(
            {**filled.environ, "DKIM_KEYS": keys(folder / "dkim", algorithm)},
            slot_id=filled.slot_id, relays=[sink.url], folder=folder,
        )
        counts = sink.counts()
    assert (counts["distinct_once"], counts["dup"]) == (READERS, 0)
    if algorithm is None:  # a signature is a line more than the load generator has
        check_octets(counts)
    return measured


def _of_the_load_generator(folder: Path) -> float:
    """What `smtp-source`, which keeps no account of anything, takes for a mail."""
    with cheap_sink(folder) as sink:
        return feed_counted([sink], messages=READERS, octets=MAIL_BYTES)[1] / READERS * 1e6
