"""How long a mail that did not get through waits: doubling, with jitter, up to 1 h (R19).

However a mail fails, no address sees more than twelve attempts in ten minutes.
"""

from datetime import timedelta
from random import Random

FIRST_SECONDS, LONGEST_SECONDS = 5.0, 3600.0
FIRST_AFTER_DROP_SECONDS = 2.0
FIRST_ABOUT_SENDER_SECONDS = 60.0


def delay(attempts: int, *, random: Random) -> timedelta:
    """The wait after the given number of attempts (1 or more), spread by up to a quarter."""
    return _doubled(FIRST_SECONDS, attempts, random=random)


def drop_delay(attempts: int, *, random: Random) -> timedelta:
    """The same after a connection that broke: shorter at first, for it often says nothing."""
    return _doubled(FIRST_AFTER_DROP_SECONDS, attempts, random=random)


def sender_delay(attempts: int, *, random: Random) -> timedelta:
    """The same after an answer about the sender: longer at first, for a person must mend it (R20).

    Who resumes a mailing after its brake does not wait for it (`mailings/pause.py`).
    """
    return _doubled(FIRST_ABOUT_SENDER_SECONDS, attempts, random=random)


def _doubled(first: float, attempts: int, *, random: Random) -> timedelta:
    base = min(first * 2 ** (min(attempts, 20) - 1), LONGEST_SECONDS)
    return timedelta(seconds=min(base * random.uniform(1.0, 1.25), LONGEST_SECONDS))
