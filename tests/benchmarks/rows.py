"""Figures as rows: what must be reached and what is aimed at, printed as a table and kept as JSON.

Every figure of the table stands in `FIGURES`, so that one that was not measured is seen too. The
rows lie in `.benchmarks/rows.jsonl`, one for each figure: the newest.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

KEPT = Path(__file__).resolve().parent.parent.parent / ".benchmarks" / "rows.jsonl"
QUICK, LARGE = "make bench", "make bench-large"


@dataclass(frozen=True)
class Figure:
    """One line of the table; `must` and `aim` are the least allowed, or the most if `is_most`."""

    name: str
    must: float
    aim: float
    unit: str = "×"
    is_most: bool = False
    by: str = QUICK  # the command that measures it
    of: str = ""  # the figure that this one tries with less

    def with_less(self, less: str) -> "Figure":
        """The same, tried with less than its name says."""
        return replace(self, name=f"{self.name}; tried with {less}", by=QUICK, of=self.name)

    def spelled(self, bound: float) -> str:
        """A bound as the table has it, as in `≥ 0.8 ×`."""
        return f"{'≤' if self.is_most else '≥'} {number(bound)} {self.unit}".strip()


@dataclass
class Row:
    """What was measured: `value` is None when it was not, and then `note` says why."""

    figure: str
    value: float | None
    must: float | None = None
    aim: float | None = None
    unit: str = ""
    better: str = ""  # "more" or "less"
    note: str = ""
    in_flight: str = ""  # beside a rate: how many a kill could leave unclear
    of: str = ""  # the figure that this one tries with less
    at: str = ""  # UTC

    def replaces(self, other: "Row") -> bool:
        """Whether the other is the same figure, or the same tried with another number."""
        return self.figure == other.figure or (self.of != "" and self.of == other.of)

    def reaches(self, bound: float | None) -> bool:
        """Whether it was measured, has that bound, and is as good as it."""
        if self.value is None or bound is None:
            return False
        return self.value <= bound if self.better == "less" else self.value >= bound


ONE_SINK = Figure("end to end, unsigned, against smtp-source, on one smtp-sink", 0.8, 1.0)
TWO_SINKS = Figure("the same on two smtp-sinks", 0.7, 1.0)
CHEAP_SINK = Figure("the same on the cheap sink", 0.5, 0.9)
SIGNED_ED25519 = Figure("the same with Ed25519, on one smtp-sink", 0.75, 0.95)
SIGNED_RSA = Figure("the same with RSA-2048, on one smtp-sink", 0.4, 0.6)
CPU = Figure("own CPU a message, unsigned, on the cheap sink", 100, 40, "µs", is_most=True)
CPU_ED25519 = Figure("own CPU a message, Ed25519, on the cheap sink", 200, 90, "µs", is_most=True)
CPU_RSA = Figure("own CPU a message, RSA-2048, on the cheap sink", 450, 330, "µs", is_most=True)
# The same where the relay's one thread is the limit, and ours wait for it most of the time.
CPU_BESIDE = Figure("own CPU a message, unsigned, on one smtp-sink", 100, 40, "µs", is_most=True)
CPU_BESIDE_ED25519 = Figure("own CPU a message, Ed25519, on one smtp-sink", 200, 90, "µs",
                            is_most=True)
CPU_BESIDE_RSA = Figure("own CPU a message, RSA-2048, on one smtp-sink", 450, 330, "µs",
                        is_most=True)
NODEMAILER = Figure("against a pooled nodemailer sender with precompiled templates", 10, 30)
PLAIN_CELERY = Figure("against the plain Celery way", 20, 80)
MEMORY = Figure("memory of a worker child, 1,000,000 readers", 100, 60, "MB", is_most=True,
                by=LARGE)
MEMORY_GROWTH = Figure("memory of a worker child, 1,000,000 readers against 10,000",
                       1.1, 1.0, is_most=True, by=LARGE)
RATE_GROWTH = Figure("rate at 1,000,000 readers against 100,000", 0.9, 1.0, by=LARGE)
SLOW_RELAY = Figure("relay that answers after 20 ms, C = 8, against connections / 40 ms", 0.6, 0.9)
CONFIRMATION = Figure("confirmation mail while a bulk run is on, from POST to relay, p99",
                      5, 1, "s", is_most=True)
PLANNING = Figure("planning a digest slot for 1,000,000 readers, to the commit", 15, 5, "s",
                  is_most=True, by=LARGE)
PLANNING_EDITION = Figure("planning an edition for 1,000,000 readers, to the commit", 15, 5, "s",
                          is_most=True, by=LARGE)
FIRST_MAIL = Figure("the first mail after the commit of that slot", 2, 1, "s", is_most=True,
                    by=LARGE)
OLD_PLANNING = Figure("planning with 50,000,000 old deliveries, against an empty database",
                      0.9, 1.0, by=LARGE)
OLD_CLAIMING = Figure("claiming with 50,000,000 old deliveries, against an empty database",
                      0.9, 1.0, by=LARGE)
SLOT_NAIVE = Figure("a digest slot, against a planner that takes reader after reader", 10, 100)
SLOT_GROWTH = Figure("planning a slot, time of a reader, many against few", 1.5, 1.0,
                     is_most=True)
SLOT_MEMORY = Figure("peak memory of planning a slot, many readers against few", 1.1, 1.0,
                     is_most=True)
ARTICLE_PAGE = Figure("a page of the list of 20,000 articles, the slowest way of asking, median",
                      100, 50, "ms", is_most=True)
PREVIEW = Figure("live preview of an edition of 12 articles while it is typed, p95", 150, 80,
                 "ms", is_most=True)

FIGURES = (
    ONE_SINK, TWO_SINKS, CHEAP_SINK, SIGNED_ED25519, SIGNED_RSA, CPU, CPU_ED25519, CPU_RSA,
    CPU_BESIDE, CPU_BESIDE_ED25519, CPU_BESIDE_RSA, NODEMAILER, PLAIN_CELERY, MEMORY,
    MEMORY_GROWTH, RATE_GROWTH, SLOW_RELAY, CONFIRMATION, PLANNING, FIRST_MAIL, PLANNING_EDITION,
    OLD_PLANNING, OLD_CLAIMING, SLOT_NAIVE, SLOT_GROWTH, SLOT_MEMORY, ARTICLE_PAGE, PREVIEW,
)
_NAMES = frozenset(figure.name for figure in FIGURES)
_this_run: dict[str, Row] = {}


def report(
    figure: Figure | str, value: float, *, unit: str = "", note: str = "", in_flight: str = ""
) -> None:
    """Print one figure and keep its row; a figure without bounds is given by its words alone."""
    _keep(figure, value, unit=unit, note=note, in_flight=in_flight)


def not_run(figures: Iterable[Figure], why: str) -> None:
    """Keep a row for what could not be measured, as in `install postfix`."""
    for figure in figures:
        _keep(figure, None, unit="", note=f"not run: {why}")


def _keep(
    figure: Figure | str, value: float | None, *, unit: str, note: str, in_flight: str = ""
) -> None:
    row = Row(str(figure), value, unit=unit, note=note)
    if isinstance(figure, Figure):
        row = Row(figure.name, value, figure.must, figure.aim, figure.unit,
                  "less" if figure.is_most else "more", note, of=figure.of)
    row.in_flight = in_flight
    row.at = datetime.now(UTC).isoformat(timespec="seconds")
    _this_run[row.figure] = row
    said = "; ".join(filter(None, (note, in_flight))) if value is not None else ""
    print(f"\n  {row.figure:<72} {measured(row)}  {said}", flush=True)
    kept = {name: each for name, each in read_rows().items() if not row.replaces(each)}
    kept[row.figure] = row
    KEPT.parent.mkdir(exist_ok=True)
    lines = (json.dumps(asdict(each), ensure_ascii=False) + "\n" for each in kept.values())
    KEPT.write_text("".join(lines), encoding="utf-8")


def read_rows() -> dict[str, Row]:
    """The newest row of each figure that was ever measured here."""
    if not KEPT.exists():
        return {}
    told: list[dict[str, Any]] = [
        json.loads(line) for line in KEPT.read_text(encoding="utf-8").splitlines()
    ]
    known = Row.__dataclass_fields__
    rows = [Row(**{name: value for name, value in row.items() if name in known}) for row in told]
    # A bound under an unknown name is of a figure that the table no longer has.
    return {row.figure: row for row in rows
            if row.must is None or row.figure in _NAMES or row.of in _NAMES}


def rows_to_print() -> dict[str, Row]:
    """What was measured since this process began, and what `make bench-large` found before."""
    if not _this_run:
        return {}
    large = {figure.name for figure in FIGURES if figure.by == LARGE}
    before = {
        name: replace(row, note=f"{row.note}; measured {row.at[:10]}")
        for name, row in read_rows().items() if name in large and row.value is not None
    }
    return {**before, **_this_run}


def print_table(rows: Mapping[str, Row]) -> None:
    """The whole table, with every figure of `FIGURES` whether it was measured or not."""
    table = Table(box=box.SIMPLE, pad_edge=False)
    for head in ("figure", "must", "aim", "measured", "", "in flight"):
        table.add_column(head, justify="right" if head in ("must", "aim", "measured") else "left",
                         no_wrap=head in ("must", "aim", "measured"))
    for line in lines(rows):
        table.add_row(*line)
    Console(width=180, highlight=False).print(table)
    print(f"As rows of JSON: {KEPT.relative_to(KEPT.parent.parent)}", flush=True)


def lines(rows: Mapping[str, Row]) -> list[tuple[str, str, str, str, str, str]]:
    """Figure, must, aim, measured, what to say about it, and the promise that was in force.

    In the order of `FIGURES`; after each figure what was tried with less, at the end what has no
    bounds.
    """
    found = []
    for figure in FIGURES:
        row = rows.get(figure.name, Row(figure.name, None, note=f"not run: {figure.by}"))
        found.append((figure.name, figure.spelled(figure.must), figure.spelled(figure.aim),
                      *_found(row)))
        for less in rows.values():
            if less.of == figure.name:
                found.append((f"  {less.figure.removeprefix(figure.name).lstrip('; ')}",
                              figure.spelled(figure.must), figure.spelled(figure.aim),
                              *_found(less)))
    return found + [(name, "", "", *_found(row)) for name, row in rows.items()
                    if name not in _NAMES and row.of not in _NAMES]


def number(value: float) -> str:
    """A number with as many digits as it deserves."""
    if value == int(value) and abs(value) >= 1:
        return f"{value:,.0f}"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.3g}"


def measured(row: Row) -> str:
    """The value with its unit, or why there is none."""
    return row.note if row.value is None else f"{number(row.value)} {row.unit}".strip()


def verdict(row: Row) -> str:
    """What the value means beside its bounds; empty where it has none."""
    if row.value is None or row.must is None:
        return ""
    if row.reaches(row.aim):
        return "aim reached"
    return "reached" if row.reaches(row.must) else "NOT REACHED"


def _found(row: Row) -> tuple[str, str, str]:
    if row.value is None:
        return "", row.note, ""
    return measured(row), "; ".join(filter(None, (verdict(row), row.note))), row.in_flight
