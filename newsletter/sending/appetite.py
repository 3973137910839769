"""Appetite: how many deliveries a claim takes, by how fast they have been leaving of late."""

from newsletter import clock

# A claim is what leaves in so many seconds at the present rate.
WORTH_SECONDS = 1.0
# By so much at most a claim is larger than the one before, for the pace of a few says little of the
# next. At twice, eight small ones cost a mailing some tenths of a second at its beginning.
GROWTH = 8
_WEIGHT = 0.5  # of the newest rate against those before


class Appetite:
    """Grows from a handful, at most eightfold at once; lives as long as its process."""

    def __init__(self, *, least: int, most: int) -> None:
        self._least = min(least, most)
        self._most = most
        self._rate = 0.0
        self._served = 0
        self._asked_at: float | None = None
        self.limit = self._least

    def served(self, count: int) -> None:
        """So many came to an end."""
        self._served += count

    def rest(self) -> None:
        """Nothing is due: the time until the next claim says nothing of our pace."""
        self._asked_at = None

    def next_limit(self) -> int:
        """The size of the claim that is asked for now."""
        now = clock.boot_seconds()
        if self._asked_at is not None and self._served and now > self._asked_at:
            rate = self._served / (now - self._asked_at)
            self._rate += _WEIGHT * (rate - self._rate) if self._rate else rate
            wished = int(self._rate * WORTH_SECONDS)
            self.limit = max(self._least, min(wished, GROWTH * self.limit, self._most))
        self._served, self._asked_at = 0, now
        return self.limit
