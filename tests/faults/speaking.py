"""The relay's mouth: replies leave in order, each at its moment, whole or octet by octet."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from tests.faults.journal import Journal


@dataclass
class _Reply:
    due: float
    octets: bytes
    drip: float
    before: Callable[[], None] | None
    then: Callable[[], object] | None


class Speaker:
    """What one session says. Moments are seconds on the loop's clock, which is monotonic."""

    def __init__(self, journal: Journal, loop: asyncio.AbstractEventLoop) -> None:
        self._journal = journal
        self._loop = loop
        self._waiting: deque[_Reply] = deque()
        self._ready = bytearray()
        self._timer: asyncio.TimerHandle | None = None
        self._last_due = 0.0
        self.transport: asyncio.Transport | None = None

    @property
    def is_behind(self) -> bool:
        """Whether a reply has not left yet."""
        return bool(self._waiting)

    def say(
        self,
        reply: str,
        *,
        due: float = 0.0,
        drip: float = 0.0,
        before: Callable[[], None] | None = None,
        then: Callable[[], object] | None = None,
    ) -> None:
        """Let a reply leave at `due`, or at once, never before what was said earlier.

        `before` runs just before it leaves, and not at all if the client has gone; `then` after.
        """
        octets = reply.encode("latin-1", "replace") + b"\r\n"
        self._last_due = max(due, self._last_due)
        self._waiting.append(_Reply(self._last_due, octets, drip, before, then))

    def leave(self) -> None:
        """Let go what is due; what was noted in the journal is in its file before."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while self._waiting and self.transport is not None:
            reply = self._waiting[0]
            if reply.due > self._loop.time():
                self._timer = self._loop.call_at(reply.due, self.leave)
                break
            if reply.drip and len(reply.octets) > 1:
                self._utter(reply, reply.octets[:1])
                reply.octets, reply.before = reply.octets[1:], None
                reply.due = self._last_due = self._loop.time() + reply.drip
                continue
            self._waiting.popleft()
            self._utter(reply, reply.octets)
            if reply.then is not None:
                self._flush()
                reply.then()
        self._flush()

    def end(self) -> None:
        """Close once all that was said has left."""
        if self.transport is not None:
            self._flush()
            self.transport.close()
            self.transport = None

    def break_off(self) -> None:
        """Cut the line: what was not read yet is lost, and so is what was not said yet."""
        if self.transport is not None:
            self._journal.flush()
            self.transport.abort()
            self.transport = None

    def break_off_at(self, due: float) -> None:
        """The same at a moment to come."""
        self._loop.call_at(due, self.break_off)

    def _utter(self, reply: _Reply, octets: bytes) -> None:
        if reply.before is not None:
            reply.before()
        self._ready += octets

    def _flush(self) -> None:
        self._journal.flush()
        if self._ready and self.transport is not None:
            self.transport.write(bytes(self._ready))
        self._ready.clear()
