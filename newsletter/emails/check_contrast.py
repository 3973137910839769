"""Check the contrast of a mail's colours, in light and in dark (WCAG 2.2, 1.4.3)."""

from collections.abc import Iterator

from newsletter.editions.finding import Finding
from newsletter.emails.identity import Identity, Palette

LEAST = 4.5
LEAST_OF_LARGE = 3.0
# Words, the ground they stand on, and the least there must be between them; as the templates of
# the mails use them. Words on `deep` keep their light colour in the dark.
PAIRS = (
    ("ink", "sheet", LEAST), ("ink_soft", "sheet", LEAST), ("green", "sheet", LEAST),
    ("ink", "paper", LEAST), ("ink_soft", "paper", LEAST), ("green", "paper", LEAST),
    ("on_green", "green", LEAST),
)
ON_DEEP = (("on_deep", LEAST), ("leaf", LEAST_OF_LARGE))


def check_contrast(identity: Identity) -> Iterator[Finding]:
    """Each pair of colours that is too close."""
    for scheme, palette in (("light", identity.light), ("dark", identity.dark)):
        for words, ground, least in _pairs(identity, palette):
            found = contrast(words[1], ground[1])
            if found < least:
                yield Finding("contrast", True, "preview", {
                    "scheme": scheme, "words": words[0], "ground": ground[0],
                    "found": f"{found:.1f}", "least": f"{least:.1f}"})


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours as `#RRGGBB`, from 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _pairs(
    identity: Identity, palette: Palette
) -> Iterator[tuple[tuple[str, str], tuple[str, str], float]]:
    for words, ground, least in PAIRS:
        yield ((words, getattr(palette, words)), (ground, getattr(palette, ground)), least)
    for words, least in ON_DEEP:
        yield ((words, getattr(identity.light, words)), ("deep", palette.deep), least)


def _luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2, definitions)."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
