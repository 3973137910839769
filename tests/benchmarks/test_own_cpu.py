"""Own CPU a message where the sink is not the limit: on the cheap sink.

On one `smtp-sink` its one thread is: ours wait for it most of the time, and wake for an answer or
two. There the same mail counts as more, which `test_sending_rate.py` tells in a row of its own.
"""

import statistics

import pytest

from newsletter.mailer.dkim import ED25519, RSA
from tests.benchmarks.machine import HAS_PROC
from tests.benchmarks.mailing import spread
from tests.benchmarks.on_cheap_sink import UNSIGNED, OnCheapSink
from tests.benchmarks.rows import CPU, CPU_ED25519, CPU_RSA, Figure, not_run, report
from tests.benchmarks.sink import ToolMissing

pytestmark = pytest.mark.bench


@pytest.mark.parametrize(("figure", "way"), [
    pytest.param(CPU, UNSIGNED, id="unsigned"),
    pytest.param(CPU_ED25519, ED25519, id="Ed25519"),
    pytest.param(CPU_RSA, RSA, id="RSA-2048"),
])
def test_own_cpu_of_a_message(
    on_cheap_sink: OnCheapSink | ToolMissing, figure: Figure, way: str | None
) -> None:
    if isinstance(on_cheap_sink, ToolMissing):
        not_run([figure], str(on_cheap_sink))
        return
    if not HAS_PROC:
        not_run([figure], "only where Linux tells it")
        return
    runs = on_cheap_sink.ours[way]
    theirs = on_cheap_sink.their_cpu_microseconds
    report(figure, statistics.median(each.cpu_microseconds or 0 for each in runs),
           note=spread(runs) + (f"; smtp-source's own {theirs:.0f} µs" if theirs else ""))
