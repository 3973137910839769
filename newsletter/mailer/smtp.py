"""What is said in SMTP: letters, the relay's replies, how long we wait, and who hears of it."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, NamedTuple, Protocol, TypeVar

T = TypeVar("T")

_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")


class Reply(NamedTuple):
    """What the relay answered, and to which step: rset, mail, rcpt, data or dot."""

    code: int
    text: str
    step: str

    @property
    def is_accepted(self) -> bool:
        """250 to the final dot: the relay took the mail (RFC 5321 §4.2.5)."""
        return self.step == "dot" and self.code // 100 == 2

    @property
    def is_final(self) -> bool:
        """5xx: trying again is of no use."""
        return self.code // 100 == 5

    @property
    def codes(self) -> str:
        """The code with its enhanced status code if it has one (RFC 3463), as `550 5.1.1`."""
        return _codes(self.code, self.text)


@lru_cache(maxsize=64)  # most answers are alike
def _codes(code: int, text: str) -> str:
    word = next(iter(text.split(maxsplit=1)), "")
    return f"{code} {word}" if _ENHANCED.fullmatch(word) else str(code)


@dataclass(slots=True)
class Letter:
    """One message and its envelope; its pieces joined have CRLF line ends, also the last.

    No line begins with a dot, so none is to be doubled (RFC 5321 §4.5.2). `size` is what the pieces
    have in octets, as SIZE declares it (RFC 1870 §6); counted when it is not given.
    """

    mail_from: str
    rcpt_to: str
    pieces: Sequence[bytes]
    needs_smtputf8: bool = False
    size: int = 0

    def __post_init__(self) -> None:
        if not self.size:
            self.size = sum(map(len, self.pieces))

    def unfit_for(self, extensions: Collection[str], size_limit: int) -> Reply | None:
        """What a relay that cannot take it would answer, so that nothing goes out mangled."""
        if self.needs_smtputf8 and "smtputf8" not in extensions:
            return Reply(550, "5.6.7 the relay does not take such an address (RFC 6531)", "mail")
        if size_limit and self.size > size_limit:
            return Reply(552, "5.3.4 larger than the relay takes (RFC 1870)", "mail")
        return None

    def envelope(self, extensions: Collection[str]) -> list[tuple[str, bytes]]:
        """Sender and recipient as commands by their steps, with what the relay takes beside."""
        options = f" SIZE={self.size}" if "size" in extensions else ""
        if self.needs_smtputf8:
            options += " SMTPUTF8" + (" BODY=8BITMIME" if "8bitmime" in extensions else "")
        return [
            ("mail", f"MAIL FROM:<{self.mail_from}>{options}\r\n".encode()),
            ("rcpt", f"RCPT TO:<{self.rcpt_to}>\r\n".encode()),
        ]


@dataclass(slots=True)
class Job(Generic[T]):
    """A letter on its way through one conversation, under its source's tag."""

    tag: T
    letter: Letter
    refused: Reply | None = None
    is_offered: bool = False


@dataclass(frozen=True)
class Timeouts:
    """Seconds for a step, and for the answer to the final dot (RFC 5321 §4.5.3.2, R06)."""

    step: float
    final: float


class Source(Protocol[T]):
    """Where letters come from, and who hears what became of each; `T` is the caller's own tag."""

    def next(self) -> tuple[T, Letter] | None:
        """The next letter to speak of, if there is one and room for its body."""

    def has_room(self) -> bool:
        """Whether one more body may be offered now; if not, its conversation waits."""

    def may_offer(self, tag: T) -> bool:
        """Asked right before the first octet of the body; what was said yes to may be unclear."""

    def answered(self, tag: T, reply: Reply) -> None:
        """The relay's last word on a letter."""

    def dropped(self, tag: T, reason: str, *, is_offered: bool) -> None:
        """The conversation broke; when offered, the relay may have taken the letter."""

    def returned(self, tag: T) -> None:
        """Surely never offered, through no fault of its own: it may go by another way."""
