"""How long a mail that was put off waits: doubling, with jitter, between 5 s and 1 h (R19)."""

from datetime import timedelta
from random import Random

FIRST_SECONDS, LONGEST_SECONDS = 5.0, 3600.0


def delay(attempts: int, *, random: Random) -> timedelta:
    """The wait after the given number of attempts (1 or more), spread by up to a quarter."""
    base = min(FIRST_SECONDS * 2 ** (min(attempts, 20) - 1), LONGEST_SECONDS)
    return timedelta(seconds=min(base * random.uniform(1.0, 1.25), LONGEST_SECONDS))
