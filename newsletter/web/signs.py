"""Theme signs and icons, drawn on a grid of 24 from circle, square, triangle and bar."""

from hashlib import sha256

from markupsafe import Markup, escape

# The drawings take the colour of the text around them; a hole is an even-odd overlap, not a
# second colour, so that they also hold on deep green and in forced-colour modes.
SIGNS: dict[str, str] = {
    "dienstverlening": '<path d="M4 13a8 8 0 0 1 16 0zM2 16h20v4H2z"/>',
    "digitalisering": '<path d="M3 3h8v8H3zM13 3h8v8h-8zM3 13h8v8H3zM15 15h4v4h-4z"/>',
    "data": '<path d="M3 3.5h18v4H3zM3 10h10v4H3zM3 16.5h14v4H3z"/>',
    "algoritmen-ethiek": (
        '<path fill-rule="evenodd" '
        'd="M12 1l11 11-11 11L1 12zM13 6.5v11l5.5-5.5z"/>'
    ),
    "digitale-identiteit": (
        '<path fill-rule="evenodd" '
        'd="M3 3h18v18h-3a6 6 0 0 0-12 0H3zM8 10a4 4 0 1 0 8 0 4 4 0 1 0-8 0z"/>'
    ),
    "smart-city": '<path d="M2.5 14h5.2v7H2.5zM9.4 8.5h5.2V21H9.4zM16.3 3h5.2v18h-5.2z"/>',
    "omgevingswet": '<path d="M12 3l10 12.5H2zM2 18h20v3H2z"/>',
    "open-overheid": (
        '<path fill="none" stroke="currentColor" stroke-width="4.5" '
        'd="M18.1 18.1a8.6 8.6 0 1 1 0-12.2"/>'
    ),
    "leiderschap": (
        '<path '
        'd="M12 2l10 10h-5.2L12 7.2 7.2 12H2zM12 12l10 10h-5.2L12 17.2 7.2 22H2z"/>'
    ),
    "innovatie": (
        '<path fill="none" stroke="currentColor" stroke-width="3" '
        'd="M12 2v20M2 12h20M5 5l14 14M19 5L5 19"/>'
    ),
    "bedrijfsvoering": (
        '<circle cx="12" cy="12" r="8" fill="none" stroke="currentColor" stroke-width="4"/>'
        '<circle cx="12" cy="12" r="3"/>'
    ),
    "klachtbehandeling": '<path d="M2 3h20v14H12l-6 5v-5H2z"/>',
    "samen-organiseren": (
        '<path fill-rule="evenodd" d="M1.5 12a6.75 6.75 0 1 0 13.5 0 6.75 6.75 0 1 0-13.5 0z'
        'M9 12a6.75 6.75 0 1 0 13.5 0A6.75 6.75 0 1 0 9 12z"/>'
    ),
    "informatiesamenleving": "".join(
        f'<circle cx="{x}" cy="{y}" r="3"/>'
        for y in (5, 12, 19)
        for x in (5, 12, 19)
        if (x, y) != (12, 12)
    ),
}

# One shape per kind of news, so that the colour is never the only sign.
ICONS: dict[str, str] = {
    "done": (
        '<path fill-rule="evenodd" d="M12 1a11 11 0 1 0 0 22 11 11 0 1 0 0-22z'
        'M5 12.8l1.7-1.7 3.6 3.6 7-7L19 9.4l-8.7 8.7z"/>'
    ),
    "info": (
        '<path fill-rule="evenodd" '
        'd="M2 2h20v20H2zM10.7 10h2.6v8h-2.6zM10.7 6h2.6v2.6h-2.6z"/>'
    ),
    "mind": (
        '<path fill-rule="evenodd" '
        'd="M12 1.5L23.5 22H.5zM10.7 8.5h2.6v7h-2.6zM10.7 17h2.6v2.6h-2.6z"/>'
    ),
    "wrong": (
        '<path fill-rule="evenodd" d="M7.5 1h9L23 7.5v9L16.5 23h-9L1 16.5v-9z'
        'M10.7 6h2.6v8h-2.6zM10.7 16h2.6v2.6h-2.6z"/>'
    ),
    "wait": '<circle cx="12" cy="12" r="9.5" fill="none" stroke="currentColor" stroke-width="3"/>',
}

_QUARTERS = (
    '<circle cx="{cx}" cy="{cy}" r="4.5"/>',
    '<rect x="{x}" y="{y}" width="9" height="9"/>',
    '<path d="M{cx} {y}l4.5 9h-9z"/>',
    '<rect x="{x}" y="{cy}" width="9" height="4.5"/>',
)


def drawing(name: str) -> Markup:
    """The shapes of a theme's sign, without the `svg` around them.

    A name that nobody drew gets four quarters chosen by its hash: the same for ever, so a theme
    that an editor adds tomorrow, or another magazine's, has a sign of its own at once.
    """
    drawn = SIGNS.get(name)
    if drawn is not None:
        return Markup(drawn)  # noqa: S704 - a drawing above
    digest = sha256(name.encode()).digest()
    corners = ((2, 2), (13, 2), (2, 13), (13, 13))
    return Markup(  # noqa: S704 - quarters above, filled with numbers
        "".join(
            _QUARTERS[digest[place] % len(_QUARTERS)].format(
                x=x, y=y, cx=x + 4.5, cy=y + 4.5
            )
            for place, (x, y) in enumerate(corners)
        )
    )


def sign(name: str) -> Markup:
    """A theme's sign beside its word; hidden from screen readers, for the word says it."""
    return _svg("sign", drawing(name))


def icon(kind: str) -> Markup:
    """The shape of a kind of news: done, info, mind, wrong or wait. Raises KeyError on another."""
    return _svg("icon", Markup(ICONS[kind]))  # noqa: S704 - a drawing above


def _svg(css_class: str, shapes: Markup) -> Markup:
    return Markup(
        '<svg class="{}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>'
    ).format(escape(css_class), shapes)
