"""A token bucket, by arithmetic alone: how many mails may leave now at a rate.

Whatever is asked when, in any span of s seconds at most `rate * s + size_of(rate)` are let
through. Seconds come from the database's clock; one that is set back refills nothing.
"""

from dataclasses import dataclass

BURST_SECONDS = 0.5  # what gathers while nobody asks; small, so that a rate holds in every second
LEAST_SIZE = 3.0  # so that bulk, which leaves one behind, loses nothing at its edge


def size_of(per_second: float) -> float:
    """The most tokens that gather at this rate."""
    return max(per_second * BURST_SECONDS, LEAST_SIZE)


def kept_for_prompt(per_second: float) -> float:
    """The tokens that bulk leaves behind, so that a confirmation never waits for it (R26)."""
    return max(1.0, size_of(per_second) / 10)


@dataclass
class Bucket:
    """What is left of a rate."""

    per_second: float
    tokens: float

    @classmethod
    def filled(cls, per_second: float, *, tokens: float | None, seconds: float) -> "Bucket":
        """As it stands so many seconds after it held `tokens`; None, one never used, is full."""
        size = size_of(per_second)
        held = size if tokens is None else tokens + max(seconds, 0.0) * per_second
        return cls(per_second, min(held, size))

    def left(self, *, is_prompt: bool) -> int:
        """How many may leave now; the last ones only when they are prompt mails."""
        kept = 0.0 if is_prompt else kept_for_prompt(self.per_second)
        # A hair more, for sums of many small refills fall short of the whole number they make.
        return max(int(self.tokens - kept + 1e-9), 0)

    def take(self) -> None:
        """Let one leave; the caller asked `left` before."""
        self.tokens -= 1
