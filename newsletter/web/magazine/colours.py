"""The magazine's own colours as a stylesheet: data of its row over the tokens of `style.css`."""

import re
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256

from newsletter.emails.identity import DARK, LIGHT, Palette

ADDRESS = "/identiteit.css"
# Key of the row -> token of the stylesheet.
TOKENS = {
    name: f"--{name.replace('_', '-')}"
    for name in (
        "paper", "sheet", "ink", "ink_soft", "rule", "edge", "green", "on_green", "deep", "band",
        "on_deep", "on_deep_soft", "leaf", "muted_sign", "tint", "error", "error_tint", "warn",
        "warn_tint",
    )
}
# What a row need not name: how far each lies between two colours that it does.
BETWEEN = {
    "band": ("deep", "leaf", 0.16),
    "muted_sign": ("deep", "leaf", 0.55),
    "on_deep_soft": ("on_deep", "leaf", 0.35),
}
_HEX = re.compile(r"#[0-9A-Fa-f]{6}")


def sheet_address(light: object, dark: object) -> str | None:
    """Where the stylesheet of these colours is; None when they name none, or were never seen."""
    written = write_sheet(light, dark)
    return f"{ADDRESS}?v={hash_of(written)}" if written else None


def write_sheet(light: object, dark: object) -> str:
    """The stylesheet of the colours for light and dark, empty when neither names one."""
    return _written(
        tuple(sorted(tokens_of(light, usual=LIGHT).items())),
        tuple(sorted(tokens_of(dark, usual=DARK).items())),
    )


def hash_of(written: str) -> str:
    """The hash by which an address names what it leads to."""
    return sha256(written.encode()).hexdigest()[:12]


def tokens_of(colours: object, *, usual: Palette) -> dict[str, str]:
    """Token and colour of what the row names as `#RRGGBB`; anything else never gets out.

    A row with another deep ground than `usual` also gets the colours that lie between it and
    others.
    """
    if not isinstance(colours, Mapping):
        return {}
    named = {
        key: value.lower()
        for key in TOKENS
        if isinstance(value := colours.get(key), str) and _HEX.fullmatch(value)
    }
    if named.get("deep", usual.deep.lower()) != usual.deep.lower():
        for key, (start, end, part) in BETWEEN.items():
            if key not in named and start in named and end in named:
                named[key] = _mix(named[start], named[end], part)
    return {TOKENS[key]: value for key, value in named.items()}


@lru_cache(maxsize=8)
def _written(light: tuple[tuple[str, str], ...], dark: tuple[tuple[str, str], ...]) -> str:
    # On paper `style.css` decides. Each scheme by itself: a token that only the light one names
    # must not get into the dark one.
    return "\n".join(
        f"@media screen and (prefers-color-scheme: {scheme}) {{ :root {{ "
        f"{' '.join(f'{token}: {value};' for token, value in tokens)} }} }}"
        for scheme, tokens in (("light", light), ("dark", dark))
        if tokens
    )


def _mix(start: str, end: str, part: float) -> str:
    pairs = [(int(start[at : at + 2], 16), int(end[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(low + (high - low) * part):02x}" for low, high in pairs)
