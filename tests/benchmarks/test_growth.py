"""What more readers cost: planning, the first mail, memory and rate, from few readers to many.

`make bench-large` goes to the million that the figures name, `make bench` to less and says so.
"""

import os
from pathlib import Path

import pytest

from tests.benchmarks import rows
from tests.benchmarks.filled import Fillings
from tests.benchmarks.machine import HAS_PROC
from tests.benchmarks.mailing import Measured, measure
from tests.benchmarks.rows import Figure, not_run, report
from tests.benchmarks.sink import ToolMissing, cheap_sink

FEW = int(os.environ.get("BENCH_FEW_READERS", "10000"))
MANY = int(os.environ.get("BENCH_MANY_READERS", "60000"))
# Against which the rate at `MANY` is held.
SOME = int(os.environ.get("BENCH_SOME_READERS", "100000" if MANY >= 1_000_000 else str(FEW)))
RUNS = int(os.environ.get("BENCH_RUNS", "3"))
NAMED = 1_000_000, 100_000, 10_000  # many, some and few of the figures' names
FIGURES = (rows.PLANNING, rows.FIRST_MAIL, rows.MEMORY, rows.MEMORY_GROWTH, rows.RATE_GROWTH)

pytestmark = pytest.mark.bench


def test_more_readers_cost_no_more_each(fillings: Fillings, tmp_path: Path) -> None:
    try:
        measured = {readers: _measured(fillings, tmp_path, readers)
                    for readers in dict.fromkeys((FEW, SOME, MANY))}
    except ToolMissing as error:
        not_run(FIGURES, str(error))
        return
    many = measured[MANY]
    report(_named(rows.PLANNING), many.planning_seconds, note=_line_on(measured[FEW], many))
    report(_named(rows.FIRST_MAIL), many.first_seconds)
    _report_memory(measured[FEW], many)
    report(_named(rows.RATE_GROWTH, against=SOME), many.rate / measured[SOME].rate,
           in_flight=many.in_flight,
           note=f"{many.rate:,.0f}/s against {measured[SOME].rate:,.0f}/s, on the cheap sink")


def _measured(fillings: Fillings, folder: Path, readers: int) -> Measured:
    """The run with the middle rate; of `MANY` only one is made, for it is long enough."""
    runs = []
    for turn in range(1 if readers == MANY else RUNS):
        with fillings.copy(readers) as filled, cheap_sink(folder) as sink:
            runs.append(measure(
                {**filled.environ, "DKIM_KEYS": "none"}, slot_id=filled.slot_id,
                relays=[sink.url], folder=folder / f"{readers}-{turn}",
            ))
            counts = sink.counts()
        assert (counts["distinct_once"], counts["dup"]) == (readers, 0)
    return sorted(runs, key=lambda run: run.rate)[len(runs) // 2]


def _line_on(few: Measured, many: Measured) -> str:
    """Where the straight line through both plannings goes, when less than the million was tried."""
    if many.readers >= NAMED[0]:
        return ""
    each = (many.planning_seconds - few.planning_seconds) / (many.readers - few.readers)
    million = few.planning_seconds + each * (NAMED[0] - few.readers)
    return (f"the straight line through it and {few.planning_seconds:.2f} s for {few.readers:,} "
            f"comes to {million:.1f} s at {NAMED[0]:,}")


def _report_memory(few: Measured, many: Measured) -> None:
    if few.peak_megabytes is None or many.peak_megabytes is None:
        why = "only where Linux tells it" if not HAS_PROC else "no process was found"
        not_run((rows.MEMORY, rows.MEMORY_GROWTH), why)
        return
    report(_named(rows.MEMORY), many.peak_megabytes, note="the most it ever had, shared pages too")
    report(_named(rows.MEMORY_GROWTH, against=FEW), many.peak_megabytes / few.peak_megabytes,
           note=f"{many.peak_megabytes:.0f} MB against {few.peak_megabytes:.0f} MB")


def _named(figure: Figure, *, against: int = 0) -> Figure:
    """The figure itself when its numbers were in force, else the same tried with less."""
    if (MANY, SOME, FEW) == NAMED:
        return figure
    less = f"{MANY:,}" + (f" against {against:,}" if against else "")
    return figure.with_less(less)
