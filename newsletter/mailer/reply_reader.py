"""Reads a relay's replies out of the octets as they come, whole lines or not (RFC 5321 §4.2)."""

import re
from functools import lru_cache

_REPLY = re.compile(rb"([2-5]\d\d)(?:([ -])(.*?))?\r*")
_LONGEST = 65_536  # octets; who says more than this before an answer ends is not a relay


class ReplyReader:
    """The replies of one conversation, in their order."""

    def __init__(self) -> None:
        self._rest = b""
        self._said: list[str] = []  # the lines of a reply that has not ended

    def feed(self, came: bytes) -> tuple[list[tuple[int, str]], str | None]:
        """Code and text, on one line, of each reply that is now complete; and what is amiss.

        That is said, in words for an operator, of what is no SMTP or does not end: nothing after
        it can be read.
        """
        lines = (self._rest + came).split(b"\n")
        self._rest = lines.pop()
        replies: list[tuple[int, str]] = []
        if (self._rest or self._said) and (
                len(self._rest) + sum(map(len, self._said)) > _LONGEST):
            return replies, "an answer that does not end"
        for line in lines:
            read = _read(line)
            if read is None:
                return replies, "an answer that is not SMTP"
            code, text, is_last = read
            if not is_last:
                self._said.append(text)
                continue
            if self._said:
                text = " ".join((*self._said, text))
                self._said.clear()
            replies.append((code, text))
        return replies, None


@lru_cache(maxsize=64)  # a relay says the same thing to most of what we say
def _read(line: bytes) -> tuple[int, str, bool] | None:
    """Code, text, and whether the reply ends with this line; None when it is no reply."""
    found = _REPLY.fullmatch(line)
    if found is None:
        return None
    code, mark, said = found.groups(b"")
    return int(code), said.decode("utf-8", "replace"), mark != b"-"
