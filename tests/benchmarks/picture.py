"""A picture of where a message's time goes, drawn from what was measured: a bar for each way."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

KEPT = Path(__file__).resolve().parent.parent.parent / ".benchmarks" / "time.json"
WIDTH, LEFT, RIGHT, TOP, BAR, GAP = 960, 100, 20, 56, 44, 58
LEGEND_COLUMNS, LEGEND_LINE = 5, 24
# A part narrower than that, in pixels, has its number in the table alone.
NARROW = 26
POSTGRES, SINK, SOURCE = "PostgreSQL", "smtp-sink", "smtp-source"
# By part, each with the colour of its number. Ours first; what is not ours in greys.
COLOURS = (
    ("#1f4e79", "#fff"), ("#2e75b6", "#fff"), ("#5b9bd5", "#000"), ("#9dc3e6", "#000"),
    ("#c55a11", "#fff"), ("#f4b183", "#000"), ("#548235", "#fff"), ("#a9d18e", "#000"),
    ("#ffd966", "#000"),
)
GREYS = {POSTGRES: ("#7f7f7f", "#fff"), SINK: ("#bfbfbf", "#000"), SOURCE: ("#404040", "#fff")}
CORES = 2


@dataclass(frozen=True)
class Spent:
    """CPU of one message, in microseconds: ours by part, and what it cost the others."""

    name: str
    parts: Mapping[str, float]
    postgres: float
    sink: float
    rate: float  # messages a second, of the one process that was watched
    source: float = 0.0  # of the load generator, which has no parts and no PostgreSQL

    @property
    def ours(self) -> float:
        """All parts together."""
        return sum(self.parts.values())

    @property
    def everything(self) -> dict[str, float]:
        """Our parts, or the load generator, and what it cost the others."""
        others = {POSTGRES: self.postgres, SINK: self.sink, SOURCE: self.source}
        return {**self.parts, **{name: took for name, took in others.items() if took}}

    @property
    def at_most(self) -> float:
        """Messages a second when no core of two were ever idle."""
        return CORES * 1e6 / sum(self.everything.values())


def read_spent() -> list[Spent]:
    """What was measured last; nothing when it never was."""
    if not KEPT.exists():
        return []
    return [Spent(**told) for told in json.loads(KEPT.read_text(encoding="utf-8"))]


def draw(several: Sequence[Spent]) -> str:
    """The picture as SVG, with its numbers in words for who does not see it."""
    names = [name for each in several for name in each.parts]
    colours = {**dict(zip(dict.fromkeys(names), COLOURS, strict=True)), **GREYS}
    longest = max(sum(each.everything.values()) for each in several)
    scale = (WIDTH - LEFT - RIGHT) / longest
    lines = -(-len(colours) // LEGEND_COLUMNS)
    height = TOP + len(several) * (BAR + GAP) + lines * LEGEND_LINE
    words = "; ".join(
        f"{each.name}: " + ", ".join(f"{name} {took:.0f}" for name, took in each.everything.items())
        for each in several
    )
    drawn = [
        (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
         'aria-labelledby="title words" font-family="sans-serif" font-size="13">'),
        '<title id="title">Where the CPU time of a message goes</title>',
        f'<desc id="words">Microseconds. {escape(words)}.</desc>',
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        (f'<text x="{LEFT}" y="28" font-size="16" font-weight="bold">'
         'CPU of one message, in µs</text>'),
    ]
    for place, each in enumerate(several):
        drawn += _bar(each, top=TOP + place * (BAR + GAP), scale=scale, colours=colours)
    drawn += _legend(colours, top=TOP + len(several) * (BAR + GAP))
    return "\n".join([*drawn, "</svg>"]) + "\n"


def _bar(
    spent: Spent, *, top: float, scale: float, colours: Mapping[str, tuple[str, str]]
) -> list[str]:
    middle = top + BAR / 2 + 5
    drawn = [f'<text x="{LEFT - 8}" y="{middle:.0f}" text-anchor="end">{escape(spent.name)}</text>']
    x = float(LEFT)
    for name, took in spent.everything.items():
        width = max(0.0, took * scale)
        fill, ink = colours[name]
        drawn.append(f'<rect x="{x:.1f}" y="{top}" width="{width:.1f}" height="{BAR}" '
                     f'fill="{fill}"/>')
        if width >= NARROW:
            drawn.append(f'<text x="{x + width / 2:.1f}" y="{middle:.0f}" fill="{ink}" '
                         f'text-anchor="middle">{took:.0f}</text>')
        x += width
    ours = f"ours {spent.ours:.0f} µs, " if spent.parts else ""
    drawn.append(
        f'<text x="{LEFT}" y="{top + BAR + 20}" fill="#333">{ours}in all '
        f'{sum(spent.everything.values()):,.0f} µs: two cores that are never idle do '
        f'{spent.at_most:,.0f} a second</text>'
    )
    return drawn


def _legend(colours: Mapping[str, tuple[str, str]], *, top: float) -> list[str]:
    drawn = []
    column = (WIDTH - LEFT - RIGHT) / LEGEND_COLUMNS
    for place, (name, (fill, _)) in enumerate(colours.items()):
        x = LEFT + place % LEGEND_COLUMNS * column
        y = top + place // LEGEND_COLUMNS * LEGEND_LINE
        drawn.append(f'<rect x="{x:.1f}" y="{y - 11:.0f}" width="13" height="13" fill="{fill}"/>')
        drawn.append(f'<text x="{x + 19:.1f}" y="{y:.0f}">{escape(name)}</text>')
    return drawn
