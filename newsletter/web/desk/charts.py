"""Drawings of figures: where each column stands, in parts of a hundred; no script, no styles.

What is not told is drawn as an open stub of one height, so that a drawing tells no more than its
table.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.floor import Hidden, Told

STUB = 6.0  # height of what is not told
FULL, GAP = 96.0, 0.18  # of the height at most; of a column's room, left open


@dataclass(frozen=True)
class Column:
    """One column, all in per cent of the drawing; `kind` is up, down or hidden."""

    kind: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Point:
    """One point of a line, in per cent of the drawing."""

    x: float
    y: float


@dataclass(frozen=True)
class Balance:
    """Who came above a line and who left below it, with the difference as a line through both."""

    columns: list[Column]
    axis: float
    net: list[Point]


def columns(counts: Sequence[Told]) -> list[Column]:
    """Columns on the ground, the highest of which takes nearly all of the height."""
    top = max((n for n in counts if not isinstance(n, Hidden)), default=0) or 1
    return [_column("up", place, len(counts), each, top, ground=100.0, room=FULL)
            for place, each in enumerate(counts)]


def balance(came: Sequence[Told], left: Sequence[Told], net: Sequence[Told]) -> Balance:
    """Columns up and down from an axis, both by one measure."""
    most_up, most_down = _most(came), _most(left)
    axis = 2 + FULL * most_up / (most_up + most_down)
    up, down = axis - 2, FULL - (axis - 2)
    drawn = []
    for place, (more, fewer) in enumerate(zip(came, left, strict=True)):
        drawn.append(_column("up", place, len(came), more, most_up, ground=axis, room=up))
        drawn.append(_column("down", place, len(came), fewer, most_down, ground=axis, room=down))
    step = 100 / len(net) if net else 100
    line = [
        Point((place + 0.5) * step,
              max(2.0, min(98.0, axis - each / (most_up + most_down) * FULL)))
        for place, each in enumerate(net) if not isinstance(each, Hidden)
    ]
    return Balance(drawn, axis, line)


def _most(counts: Sequence[Told]) -> int:
    return max((n for n in counts if not isinstance(n, Hidden)), default=0) or 1


def _column(
    kind: str, place: int, of: int, count: Told, top: int, *, ground: float, room: float
) -> Column:
    step = 100 / of
    x, width = (place + GAP / 2) * step, (1 - GAP) * step
    is_hidden = isinstance(count, Hidden)
    height = min(STUB, room) if isinstance(count, Hidden) else room * count / top
    y = ground if kind == "down" else ground - height
    return Column("hidden" if is_hidden else kind, x, y, width, height)
