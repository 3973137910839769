"""A picture from anywhere as files that pages and mails can show: known types, few sizes, no bombs.

What is drawn is drawn elsewhere (`draw`), within limits of time and memory: that a file is small,
and has few pixels, does not say that unpacking it costs little.
"""

import json

from newsletter.articles.draw import Sized, draw_confined
from newsletter.articles.image_limits import LARGEST_FILE
from newsletter.confined import End, Limits, run_confined
from newsletter.errors import BadInput


def resize(file: bytes, *, limits: Limits | None = None) -> list[Sized]:
    """The picture in each width that it can fill, the narrowest first.

    Each is light enough for a mail (LARGEST_IN_MAIL) wherever a lower quality or fewer colours can
    make it so. Raises BadInput at `file`: `empty`, `too_large`, `no_image`, `too_many_pixels`,
    `too_many_scans`, `too_small`, `too_tall`, and `too_much_work` where a limit ended it.
    """
    if not file:
        raise BadInput("file", "empty")
    if len(file) > LARGEST_FILE:
        raise BadInput("file", "too_large")
    outcome = run_confined(draw_confined, file, limits=limits)
    if outcome.end is End.CRASH:
        raise BadInput("file", "no_image")
    if outcome.end is not End.DONE:
        raise BadInput("file", "too_much_work")
    return _read(outcome.given)


def _read(given: bytes) -> list[Sized]:
    """The files of an answer, or why there are none. Raises BadInput."""
    head, _, rest = given.partition(b"\n")
    said = json.loads(head)
    if isinstance(said, str):
        raise BadInput("file", said)
    files = []
    for extension, width, height, size in said:
        files.append(Sized(extension, width, height, rest[:size]))
        rest = rest[size:]
    return files
