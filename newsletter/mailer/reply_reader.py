"""Reads a relay's replies out of the octets as they come, whole lines or not (RFC 5321 §4.2)."""

import re
from collections.abc import Iterator

_REPLY = re.compile(rb"([2-5]\d\d)(?:([ -])(.*?))?\r*")
_LONGEST = 65_536  # octets; who says more than this before an answer ends is not a relay


class ReplyReader:
    """The replies of one conversation, in their order."""

    def __init__(self) -> None:
        self._rest = b""
        self._said: list[str] = []  # the lines of a reply that has not ended

    def feed(self, came: bytes) -> Iterator[tuple[int, str]]:
        """Code and text, on one line, of each reply that is now complete.

        Raises ValueError, with words for an operator, on what is no SMTP or does not end.
        """
        lines = (self._rest + came).split(b"\n")
        self._rest = lines.pop()
        if len(self._rest) + sum(map(len, self._said)) > _LONGEST:
            raise ValueError("an answer that does not end")
        for line in lines:
            found = _REPLY.fullmatch(line)
            if found is None:
                raise ValueError("an answer that is not SMTP")
            code, mark, said = found.groups(b"")
            text = said.decode("utf-8", "replace")
            if mark == b"-":
                self._said.append(text)
                continue
            if self._said:
                text = " ".join((*self._said, text))
                self._said.clear()
            yield int(code), text
