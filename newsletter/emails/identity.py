"""The magazine as its mails show it: data from the catalogue, so that others can use the code."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from newsletter.catalogue.models import Magazine

_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


@dataclass(frozen=True)
class Palette:
    """The colours of one scheme; each pair of text and ground is measured in the design sheet."""

    paper: str = "#F2F4EF"
    sheet: str = "#FFFFFF"
    ink: str = "#15201B"
    ink_soft: str = "#445049"
    rule: str = "#C6CDC4"
    green: str = "#0B5D44"
    on_green: str = "#FFFFFF"
    deep: str = "#0E3528"
    on_deep: str = "#F2F4EF"
    leaf: str = "#8FC9A9"
    muted: str = "#2C6B53"  # on deep: strokes of the ruler that are still to come
    tint: str = "#DCE8DF"


LIGHT = Palette()
DARK = Palette(
    paper="#101714",
    sheet="#19221E",
    ink="#EDF1EA",
    ink_soft="#B7C3BA",
    rule="#36433C",
    green="#8AD3B1",
    on_green="#101714",
    deep="#12402F",
    on_deep="#F2F4EF",
    leaf="#8FC9A9",
    tint="#1D362B",
)


@dataclass(frozen=True)
class Identity:
    """Who writes: name, publisher, postal address, ISSN and colours."""

    name: str
    issn: str
    publisher: str
    postal_address: str
    light: Palette = field(default=LIGHT)
    dark: Palette = field(default=DARK)

    @property
    def name_accent(self) -> str:
        """The small letters that a name such as inGovernment begins with: set in italic."""
        return self.name[: len(self.name) - len(self.name.lstrip("abcdefghijklmnopqrstuvwxyz"))]

    @property
    def name_rest(self) -> str:
        """The name without its accent."""
        return self.name[len(self.name_accent) :]


def identity_of(magazine: Magazine) -> Identity:
    """The identity that the catalogue holds."""
    return Identity(
        name=magazine.name,
        issn=magazine.issn,
        publisher=magazine.association,
        postal_address=magazine.postal_address,
        light=palette_of(magazine.colours, default=LIGHT),
        dark=palette_of(magazine.colours_dark, default=DARK),
    )


def palette_of(colours: Mapping[str, Any], *, default: Palette) -> Palette:
    """The palette with what `colours` names as `#RRGGBB`; all else stays as in `default`."""
    found = {
        each.name: value
        for each in fields(Palette)
        if isinstance(value := colours.get(each.name), str) and _COLOUR.fullmatch(value)
    }
    kept = {each.name: getattr(default, each.name) for each in fields(Palette)}
    return Palette(**{**kept, **found})
