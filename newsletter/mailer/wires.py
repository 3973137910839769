"""Wires: several conversations with the relay at once, driven by the one thread that turns them."""

import contextlib
import selectors
import socket
import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

from newsletter import clock
from newsletter.errors import RelayUnreachable
from newsletter.mailer.connect import Connected
from newsletter.mailer.smtp import Source, Timeouts
from newsletter.mailer.wire import Wire

T = TypeVar("T")

# A relay that turned one conversation away is not asked for it again at once.
AGAIN_SECONDS = 10.0
# Longer than that a conversation is not kept for letters that may come.
IDLE_SECONDS = 10.0
_LOOK_EVERY_SECONDS = 0.25


class Wires(Generic[T]):
    """At most so many conversations, opened in parallel when there are letters for them.

    Everything but `wake` is for one thread. `open_one` opens a conversation and may wait; it runs
    in threads of its own and raises RelayUnreachable.
    """

    def __init__(
        self,
        open_one: Callable[[], Connected],
        *,
        at_most: int,
        timeouts: Timeouts,
        source: Source[T],
    ) -> None:
        self._open_one = open_one
        self._at_most = at_most
        self._timeouts = timeouts
        self._source = source
        self._wires: list[Wire[T]] = []
        self._writing: set[Wire[T]] = set()  # those whose socket is full
        self._silent: set[Wire[T]] = set()  # those that wait for no answer
        self._opening = 0
        self._is_closed = False
        self._lock = threading.Lock()  # between the last conversation opened and the end
        self._opened: deque[Connected | RelayUnreachable] = deque()
        self._not_before = 0.0
        self._looked_at = 0.0
        self._refusal: str | None = None
        self._selector = selectors.DefaultSelector()
        self._bell, self._button = socket.socketpair()
        for end in (self._bell, self._button):
            end.setblocking(False)
        self._selector.register(self._bell, selectors.EVENT_READ)

    @property
    def refusal(self) -> str | None:
        """Why no conversation could be opened, while there is none; in an operator's words."""
        return None if self._wires or self._opening else self._refusal

    def wake(self) -> None:
        """Let a turn that waits look at its letters again; from any thread."""
        with contextlib.suppress(BlockingIOError, OSError):
            self._button.send(b".")

    def turn(self, seconds: float, *, waiting: int) -> None:
        """Speak and hear, waiting at most so many seconds for something to happen.

        `waiting` is how many letters there are: more conversations are opened for them.
        """
        now = clock.boot_seconds()
        self._adopt()
        if waiting:
            self._open(waiting, now)
        for wire in tuple(self._silent):
            if waiting or wire.is_held:
                wire.begin()
                self._watch(wire)
        for key, _ in self._selector.select(min(seconds, _LOOK_EVERY_SECONDS)):
            if key.data is None:
                with contextlib.suppress(BlockingIOError):
                    self._bell.recv(4096)
            else:
                key.data.on_ready()
                self._watch(key.data)
        if now - self._looked_at > _LOOK_EVERY_SECONDS:
            self._looked_at = now
            self._look(clock.boot_seconds())

    def retry(self) -> None:
        """A new try at a relay that could not be reached is due at once."""
        self._refusal, self._not_before = None, 0.0

    def rest(self) -> None:
        """Close the conversations that have had nothing to say for long."""
        now = clock.boot_seconds()
        for wire in self._wires.copy():
            if wire.is_idle and now - wire.idle_since > IDLE_SECONDS:
                self._close(wire)

    def hang_up(self) -> None:
        """End every conversation at once; a letter that was offered stays without an answer."""
        self._adopt()
        for wire in self._wires.copy():
            self._close(wire)

    def close(self) -> None:
        """Hang up, and be of no use any more."""
        with self._lock:
            self._is_closed = True
        self.hang_up()
        self._selector.close()
        for end in (self._bell, self._button):
            end.close()

    def _open(self, waiting: int, now: float) -> None:
        """More conversations, while there are more letters than idle ones and room for them."""
        room = self._at_most - len(self._wires) - self._opening
        if room <= 0 or now < self._not_before:
            return
        idle = sum(wire.is_idle for wire in self._wires)
        for _ in range(min(room, waiting - idle - self._opening)):
            threading.Thread(target=self._open_aside, daemon=True).start()
            self._opening += 1

    def _open_aside(self) -> None:
        # Whatever happens is told: else this place would be waited for for ever.
        opened: Connected | RelayUnreachable = RelayUnreachable("a fault of ours: see the log")
        try:
            opened = self._open_one()
        except RelayUnreachable as error:
            opened = error
        finally:
            with self._lock:
                if not self._is_closed:
                    self._opened.append(opened)
                elif isinstance(opened, Connected):
                    opened.socket.close()  # nobody waits for it any more
            self.wake()

    def _adopt(self) -> None:
        while self._opened:
            opened = self._opened.popleft()
            self._opening -= 1
            if isinstance(opened, RelayUnreachable):
                self._refusal = str(opened)
                self._not_before = clock.boot_seconds() + AGAIN_SECONDS
                continue
            self._refusal = None
            wire = Wire(opened, self._timeouts, self._source)
            self._wires.append(wire)
            self._silent.add(wire)
            self._selector.register(wire, selectors.EVENT_READ, wire)

    def _watch(self, wire: Wire[T]) -> None:
        """Wait for what this wire waits for; one that is closed is forgotten."""
        if not wire.is_open:
            self._forget(wire)
            return
        if wire.is_silent != (wire in self._silent):
            self._silent ^= {wire}
        if wire.wants_to_write != (wire in self._writing):
            self._writing ^= {wire}
            events = selectors.EVENT_READ | (selectors.EVENT_WRITE if wire.wants_to_write else 0)
            self._selector.modify(wire, events, wire)

    def _look(self, now: float) -> None:
        for wire in self._wires.copy():
            wire.check_time(now)
            self._watch(wire)

    def _close(self, wire: Wire[T]) -> None:
        wire.close()
        self._forget(wire)

    def _forget(self, wire: Wire[T]) -> None:
        self._selector.unregister(wire)
        self._wires.remove(wire)
        self._writing.discard(wire)
        self._silent.discard(wire)
