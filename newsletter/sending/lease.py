"""Leases: which claims this process holds, how much of each, and until when (R07).

The database's clock grants a lease; the worker judges it by its own boot-time clock, which counts
the time that a stopped process slept and which no one can set back (R27).
"""

from collections.abc import Iterable
from datetime import timedelta

from newsletter import clock


class Leases:
    """The claims in hand. `holds` may be asked by any thread; the rest is for one."""

    def __init__(self, length: timedelta) -> None:
        self.length = length
        self._seconds = length.total_seconds()
        self._quarter = self._seconds / 4
        self._until: dict[int, float] = {}
        self._in_hand: dict[int, int] = {}
        self._renewed_at = 0.0

    @property
    def ids(self) -> list[int]:
        """The claims of which something is in hand."""
        return list(self._until)

    def add(self, claim_id: int, count: int, *, asked_at: float) -> None:
        """A new claim of so many deliveries; `asked_at` is the boot second before it was asked."""
        if not self._until:
            self._renewed_at = asked_at
        self._until[claim_id] = asked_at + self._seconds
        self._in_hand[claim_id] = count

    def holds(self, claim_id: int, now: float | None = None) -> bool:
        """Whether there is room, with a quarter of the lease to spare, to offer one mail more.

        `now` is the present boot second, of who has just read it.
        """
        if now is None:
            now = clock.boot_seconds()
        return now < self._until.get(claim_id, 0.0) - self._quarter

    def ask_renewal(self) -> bool:
        """Whether a third of a lease is over since all of them were renewed."""
        return bool(self._until) and (
            clock.boot_seconds() - self._renewed_at > self._seconds / 3
        )

    def renewed(self, claim_ids: Iterable[int], *, asked_at: float) -> None:
        """Only these are still held, each for a whole lease more from `asked_at`."""
        self._until = dict.fromkeys(claim_ids, asked_at + self._seconds)
        self._renewed_at = asked_at

    def done(self, claim_id: int, count: int = 1) -> None:
        """So many of its deliveries are in hand no more, once the transaction is committed."""
        if claim_id in self._in_hand:
            self._in_hand[claim_id] -= count

    def ended(self) -> list[int]:
        """The claims of which nothing is in hand any more; they are forgotten here."""
        over = [claim_id for claim_id, count in self._in_hand.items() if count <= 0]
        for claim_id in over:
            del self._in_hand[claim_id]
            self._until.pop(claim_id, None)
        return over
