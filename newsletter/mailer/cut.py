"""Cut: one rendered mail into its named blocks, at markers that the template left."""

import re

from newsletter.errors import MailError

SIGN = "\x1e"  # record separator; like a place's sign, no person can type it

_MARKER = re.compile(r"(?:<!--)?\x1e([a-z0-9:_-]+)\x1e(?:-->)?\n?")
_CONDITIONAL = re.compile(r"<!--\[if[^\]]*\]>|<!\[endif\]-->")


def marker(name: str) -> str:
    """The marker that opens the block of that name in a text body."""
    return f"{SIGN}{name}{SIGN}"


def cut(text: str) -> dict[str, str]:
    """The blocks by name, in their order; what stands before the first marker belongs to it.

    Raises MailError when a name comes twice.
    """
    parts = _MARKER.split(text)
    lead, names, bodies = parts[0], parts[1::2], parts[2::2]
    blocks: dict[str, str] = {}
    for name, body in zip(names, bodies, strict=True):
        if name in blocks:
            raise MailError(f"block {name} comes twice")
        blocks[name] = lead + body
        lead = ""
    return blocks


def cut_html(html: str) -> dict[str, str]:
    """The blocks of HTML. Raises MailError, also for a conditional comment cut in two."""
    blocks = cut(html)
    for name, body in blocks.items():
        _check_whole(name, body)
    return blocks


def _check_whole(name: str, body: str) -> None:
    """Outlook reads to the end of a conditional comment: half a one would hide other blocks."""
    is_open = False
    for match in _CONDITIONAL.finditer(body):
        opens = match[0].startswith("<!--[if")
        # `<!--[if !mso]><!-->` opens likewise and closes with `<!--<![endif]-->`.
        if opens == is_open:
            raise MailError(f"block {name} cuts a conditional comment in two")
        is_open = opens
    if is_open:
        raise MailError(f"block {name} cuts a conditional comment in two")
