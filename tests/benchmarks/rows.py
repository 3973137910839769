"""Figures as rows: printed as a table, and kept as JSON lines beside the state."""

import json
from pathlib import Path

KEPT = Path(__file__).resolve().parent.parent.parent / ".benchmarks" / "rows.jsonl"


def report(figure: str, value: float, *, unit: str, note: str = "") -> None:
    """Print one figure and add it to the JSON rows of this run."""
    print(f"\n  {figure:<64} {value:>12,.2f} {unit}  {note}")
    KEPT.parent.mkdir(exist_ok=True)
    with KEPT.open("a", encoding="utf-8") as rows:
        row = {"figure": figure, "value": value, "unit": unit, "note": note}
        rows.write(json.dumps(row) + "\n")
