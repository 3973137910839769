"""The cover of an edition, drawn as SVG; the same edition has the same cover, for ever."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from newsletter.web.signs import drawing

COLUMNS, ROWS = 8, 6
LEFT, TOP, CELL, SIGN = 24, 86, 44, 28
WIDTH, HEIGHT = 400, 560
FIELD = COLUMNS * CELL


@dataclass(frozen=True)
class CoverFacts:
    """What a cover shows. `signs` are the themes' sign names in the order of the edition."""

    volume: int
    number: int
    numbers_in_year: int
    month: str
    wordmark: tuple[str, str]
    signs: tuple[str, ...]


def draw_cover(
    facts: CoverFacts, *, title: str, css_class: str = "cover", name: str = ""
) -> Markup:
    """The cover as an `svg` of 400 by 560 with an accessible title.

    `title` says volume, number, month and themes in words. `name` tells two covers of one
    edition on the same page apart. A year has 1 to 8 numbers. Raises ValueError when the number
    does not lie in its year.
    """
    if not 1 <= facts.number <= facts.numbers_in_year <= COLUMNS:
        raise ValueError(
            f"number {facts.number} of {facts.numbers_in_year} fits no cover"
        )
    key = f"cover-{facts.volume}-{facts.number}{name and '-' + name}"
    first, rest = facts.wordmark
    width = FIELD / facts.numbers_in_year
    return Markup(
        '<svg class="{css}" viewBox="0 0 {w} {h}" role="img" aria-labelledby="{key}">'
        '<title id="{key}">{title}</title><defs>{symbols}</defs>'
        '<rect class="cover-ground" width="{w}" height="{h}"/>'
        '<rect class="cover-band" x="{band}" width="{band_width}" height="{h}"/>'
        '<text class="cover-word" x="24" y="52" font-size="30" letter-spacing="-.8">'
        '<tspan class="first">{first}</tspan>{rest}</text>'
        '<text class="cover-month" x="376" y="50" font-size="15" text-anchor="end">{month}</text>'
        "{grid}"
        '<text class="cover-number" x="20" y="506" font-size="190" textLength="360" '
        'lengthAdjust="spacingAndGlyphs">{volume}·{number}</text>{strokes}</svg>'
    ).format(
        css=css_class,
        w=WIDTH,
        h=HEIGHT,
        key=key,
        title=title,
        symbols=_symbols(facts.signs, key),
        band=_length(LEFT + (facts.number - 1) * width),
        band_width=_length(width),
        first=first,
        rest=rest,
        month=facts.month,
        grid=_grid(facts, key),
        volume=facts.volume,
        number=facts.number,
        strokes=_strokes(facts),
    )


def sign_at(column: int, row: int, *, facts: CoverFacts) -> str | None:
    """The sign in a cell of the grid, counted from 0, or None where the cell stays empty."""
    if not facts.signs:
        return None
    volume, number = facts.volume, facts.number
    if (
        not in_band(column, facts=facts)
        and (3 * column + 5 * row + volume + number) % 4 == 0
    ):
        return None
    place = (column * volume + row * number + column * row + row // 2) % len(
        facts.signs
    )
    return facts.signs[place]


def in_band(column: int, *, facts: CoverFacts) -> bool:
    """Whether a column of the grid lies in the band of this number."""
    return int((column + 0.5) * facts.numbers_in_year / COLUMNS) == facts.number - 1


def _symbols(signs: Sequence[str], key: str) -> Markup:
    return Markup("").join(
        Markup('<symbol id="{}-{}" viewBox="0 0 24 24">{}</symbol>').format(
            key, place, drawing(sign)
        )
        for place, sign in enumerate(dict.fromkeys(signs))
    )


def _grid(facts: CoverFacts, key: str) -> Markup:
    places = {sign: place for place, sign in enumerate(dict.fromkeys(facts.signs))}
    drawn: list[Markup] = []
    for row in range(ROWS):
        for column in range(COLUMNS):
            sign = sign_at(column, row, facts=facts)
            if sign is None:
                continue
            drawn.append(
                Markup(
                    '<use class="{}" href="#{}-{}" x="{}" y="{}" width="{}" height="{}"/>'
                ).format(
                    "cover-sign lit" if in_band(column, facts=facts) else "cover-sign",
                    key,
                    places[sign],
                    LEFT + column * CELL + (CELL - SIGN) // 2,
                    TOP + row * CELL + (CELL - SIGN) // 2,
                    SIGN,
                    SIGN,
                )
            )
    return Markup("").join(drawn)


def _strokes(facts: CoverFacts) -> Markup:
    width = FIELD / facts.numbers_in_year
    drawn: list[Markup] = []
    for number in range(1, facts.numbers_in_year + 1):
        state = (
            "before"
            if number < facts.number
            else "now"
            if number == facts.number
            else "to-come"
        )
        tall = number == facts.number
        drawn.append(
            Markup(
                '<rect class="cover-stroke {}" x="{}" y="{}" width="{}" height="{}"/>'
            ).format(
                state,
                _length(LEFT + 2 + (number - 1) * width),
                526 if tall else 532,
                _length(width - 4),
                14 if tall else 8,
            )
        )
    return Markup("").join(drawn)


def _length(value: float) -> str:
    """A length without needless decimals, so that the same cover is the same bytes."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
