"""Handing letters to a relay over one conversation, and hearing what becomes of each."""

import select
import ssl
from collections.abc import Iterable
from dataclasses import dataclass

from newsletter import clock
from newsletter.mailer.connect import connect
from newsletter.mailer.smtp import Letter, Reply, Timeouts
from newsletter.mailer.wire import Wire
from newsletter.values import read_relay


class Queue:
    """Letters in the order in which they are spoken of; `became` tells of each by its place."""

    def __init__(self, letters: Iterable[Letter]) -> None:
        self._waiting = list(enumerate(letters))[::-1]
        self.became: dict[int, Reply | str] = {}

    def next(self) -> tuple[int, Letter] | None:
        """The next one, if one is left."""
        return self._waiting.pop() if self._waiting else None

    def has_room(self) -> bool:
        """Always: there is one conversation."""
        return True

    def may_offer(self, tag: int) -> bool:
        """Always: nobody else has these letters."""
        return True

    def answered(self, tag: int, reply: Reply) -> None:
        """Keep the relay's last word."""
        self.became[tag] = reply

    def dropped(self, tag: int, reason: str, *, is_offered: bool) -> None:
        """Keep why it broke."""
        self.became[tag] = f"dropped: {reason}"

    def returned(self, tag: int) -> None:
        """Keep that it was not offered."""
        self.became[tag] = "returned"


@dataclass(frozen=True)
class Handed:
    """What became of the letters, in their order: a reply, or in words that there was none."""

    became: list[Reply | str]

    @property
    def codes(self) -> list[str]:
        """The codes of the replies, the words where there was none."""
        return [each if isinstance(each, str) else each.codes for each in self.became]


def hand_over(
    letters: Iterable[Letter], url: str, *, trusting: ssl.SSLContext, seconds: float = 30
) -> Handed:
    """Hand them over within so many seconds. Raises RelayUnreachable, TimeoutError."""
    queue = Queue(letters)
    connected = connect(read_relay(url), helo="nieuws.example", seconds=5, context=trusting)
    wire = Wire(connected, Timeouts(step=seconds, final=seconds), queue)
    until = clock.boot_seconds() + seconds
    wire.begin()
    while wire.is_open and not wire.is_idle:
        select.select([wire], [wire] if wire.wants_to_write else [], [], 1)
        wire.on_ready()
        if clock.boot_seconds() > until:
            raise TimeoutError(f"{len(queue.became)} answered")
    wire.close()
    return Handed([queue.became[place] for place in sorted(queue.became)])
