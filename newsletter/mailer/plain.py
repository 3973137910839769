"""Plain words: what people typed made fit for a mail, and wrapped for those who read text."""

import re
import textwrap

COLUMNS = 72

# C0 and C1 controls but tab and line feed; bidi overrides and isolates, which can make a title
# read as something else (CVE-2021-42574); the byte order mark; lone surrogates and non-characters.
_UNFIT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\uffff\ud800-\udfff]"
)
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")


def clean(text: str) -> str:
    """The text without characters that could disturb a mail; every line break becomes `\\n`."""
    return _UNFIT.sub("", _BREAKS.sub("\n", text))


def one_line(text: str) -> str:
    """The cleaned text on one line, with single spaces: fit for a subject or a title (M14)."""
    return " ".join(clean(text).split())


def wrap(text: str, *, hanging: str = "") -> str:
    """One paragraph in lines of at most 72 columns; a longer word or address stays whole.

    Lines after the first begin with `hanging`. A no-break space is not a place to break.
    """
    # The same at a tenth of the time for what most paragraphs are, words with one space between.
    if text.isprintable() and "  " not in text and text == text.strip(" "):
        return _wrapped(text.split(" "), hanging)
    # textwrap breaks at ASCII white space only, so a no-break space holds.
    lines = textwrap.wrap(
        text,
        COLUMNS,
        subsequent_indent=hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(lines)


def _wrapped(words: list[str], hanging: str) -> str:
    lines: list[str] = []
    line = words[0]
    for word in words[1:]:
        if len(line) + 1 + len(word) > COLUMNS:
            lines.append(line)
            line = hanging + word
        else:
            line += " " + word
    return "\n".join([*lines, line])
