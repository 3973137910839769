"""Size: what a mail's HTML comes to once every place holds the longest that may fill it (M11)."""

from collections.abc import Iterable, Mapping
from html import escape

from newsletter.errors import MailTooLarge
from newsletter.mailer import places

# Gmail clips near 102 kB (M11); 2 kB are kept for what happens to a mail on its way.
LARGEST_HTML = 102_400 - 2_048


class Size:
    """How many bytes a block takes in the HTML that a reader's program decodes.

    Every line break counts for two, since it arrives as CRLF (RFC 2045 §6.7), and a last line
    without one gets one when it is encoded.
    """

    def __init__(self, source: str) -> None:
        breaks = source.count("\n") + (not source.endswith("\n"))
        named = places.PATTERN.findall(source)
        # Only the places of a variant are asked of each mail anew, and few blocks have one.
        self._places = [name for name in named if name in places.VARIANT_PLACES]
        self._fixed = (len(places.PATTERN.sub("", source).replace("\n", "").encode()) + 2 * breaks
                       + places.LONGEST_TOKEN * (len(named) - len(self._places)))

    def with_values(self, values: Mapping[str, str]) -> int:
        """Bytes with these variant values, and the longest token in each of a reader's places."""
        if not self._places:
            return self._fixed
        return self._fixed + sum(len(escape(values[name]).encode()) for name in self._places)


def size_of(blocks: Iterable[Size], values: Mapping[str, str]) -> int:
    """Bytes of HTML that the blocks come to with these variant values."""
    return sum(block.with_values(values) for block in blocks)


def check_size(name: str, blocks: Iterable[Size], values: Mapping[str, str]) -> None:
    """Raises MailTooLarge, naming the mail, when mailbox providers would clip its HTML (M11)."""
    size = size_of(blocks, values)
    if size > LARGEST_HTML:
        raise MailTooLarge(f"{name}: {size} bytes of HTML, at most {LARGEST_HTML}")
