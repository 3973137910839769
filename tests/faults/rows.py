"""Verdicts as rows: kept as JSON, and written into the documentation by `make faults-docs`."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.faults.oracle import Verdict

ROOT = Path(__file__).resolve().parent.parent.parent
KEPT = ROOT / ".benchmarks" / "faults.jsonl"
PAGE = ROOT / "docs" / "faults.md"
BEGIN, END = "<!-- runs: begin -->", "<!-- runs: end -->"
HEADS = ("scenario", "seed", "readers", "kills", "missed", "repeated", "unclear", "explained",
         "bound", "seconds")


def keep(verdict: Verdict) -> None:
    """Print the line of a run, and keep its row in the place of an older one of the kind."""
    print(f"\n  {verdict.line()}", flush=True)
    row = {**verdict.row(), "at": datetime.now(UTC).isoformat(timespec="seconds")}
    kept = {tuple(each[name] for name in HEADS[:3]): each for each in read_rows()}
    kept[tuple(row[name] for name in HEADS[:3])] = row
    KEPT.parent.mkdir(exist_ok=True)
    KEPT.write_text("".join(json.dumps(each) + "\n" for each in kept.values()), encoding="utf-8")


def read_rows() -> list[dict[str, Any]]:
    """The newest row of each scenario, seed and size that was ever run here."""
    if not KEPT.exists():
        return []
    return [json.loads(line) for line in KEPT.read_text(encoding="utf-8").splitlines()]


def table(rows: Iterable[dict[str, Any]]) -> str:
    """In Markdown; what was broken is said."""
    lines = [f"| {' | '.join(HEADS)} | promise |", f"|{' --- |' * (len(HEADS) + 1)}"]
    for row in rows:
        cells = [each if isinstance(each, str) else f"{each:,.0f}"
                 for each in (row[name] for name in HEADS)]
        lines.append(f"| {' | '.join(cells)} | {'; '.join(row['broken']) or 'kept'} |")
    return "\n".join(lines)


def main() -> None:
    """Put the table of the largest runs between its two marks in the page."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    largest = max((row["readers"] for row in read_rows()), default=0)
    rows = [row for row in read_rows() if row["readers"] == largest]
    days = sorted({row["at"][:10] for row in rows})
    said = f"Measured {' to '.join(dict.fromkeys((days[0], days[-1])))} (UTC)." if days else ""
    PAGE.write_text(f"{before}{BEGIN}\n{said}\n\n{table(rows)}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
