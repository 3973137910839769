"""What planning a digest slot costs: 14 themes (Zipf), 60 articles, from few readers to many.

Compiling follows the distinct selections, planning is a constant time for each reader, and memory
stays flat. Held against a planner that takes reader after reader, as most do.
"""

import json
import os
import subprocess
import sys

import pytest

from tests.benchmarks.content import fill
from tests.benchmarks.filled import checkpoint
from tests.benchmarks.rows import SLOT_GROWTH, SLOT_MEMORY, SLOT_NAIVE, report
from tests.benchmarks.test_growth import FEW, MANY
from tests.faults.parts import ROOT

THEMES, ARTICLES_EACH = 14, (5,) * 4 + (4,) * 10  # 60 in all
SIZES = tuple(dict.fromkeys((FEW, 100_000 if MANY >= 1_000_000 else MANY, MANY)))
NAIVELY = 40  # readers, for each takes as long as a slot of many

pytestmark = pytest.mark.bench


def test_a_slot_costs_what_its_selections_and_readers_cost(make_database: object) -> None:
    assert sum(ARTICLES_EACH) == 60
    found = {}
    for readers in SIZES:
        environ = make_database()  # type: ignore[operator]
        slot_id = fill(environ, readers=readers, themes=THEMES, articles_each=ARTICLES_EACH)
        checkpoint(environ)
        each = planned(environ, slot_id, naively=NAIVELY if readers == FEW else 0)
        found[readers] = each
        report(f"a slot for {readers:,} readers, 14 themes and 60 articles", each["all"], unit="s",
               note=f"reckon {each['reckon']:.2f} s, compile {each['compile']:.2f} s for "
               f"{each['selections']:,.0f} selections, plan and commit {each['plan']:.2f} s; "
               f"peak {each['peak_megabytes']:.0f} MB")
    few, many = found[FEW], found[MANY]
    ours = few["all"] / few["recipients"]
    report(SLOT_NAIVE, few["naive_each"] / ours,
           note=f"{few['naive_each'] * 1000:.1f} ms a reader against {ours * 1000:.3f} ms")
    per_reader = [(each["reckon"] + each["plan"]) / each["recipients"] for each in (few, many)]
    report(SLOT_GROWTH, per_reader[1] / per_reader[0],
           note=f"{per_reader[1] * 1e6:.0f} µs a reader at {MANY:,} against "
           f"{per_reader[0] * 1e6:.0f} µs at {FEW:,}, compiling apart")
    report(SLOT_MEMORY, many["peak_megabytes"] / few["peak_megabytes"],
           note=f"{many['peak_megabytes']:.0f} MB at {MANY:,} against "
           f"{few['peak_megabytes']:.0f} MB at {FEW:,}")


def planned(environ: dict[str, str], slot_id: int, *, naively: int) -> dict[str, float]:
    """What the planner said, run in a process of its own; `naively` for so many readers also one
    after the other. In seconds and megabytes.
    """
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.slot_planner", str(slot_id),
         *([str(naively)] if naively else [])],
        cwd=ROOT, env={**os.environ, **environ}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    said: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return said
