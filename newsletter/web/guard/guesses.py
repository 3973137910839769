"""How many wrong passwords are taken, and what is asked beyond them: a pure rule (S03).

Only what was refused counts. A network, or everybody, that fills its limit pays; it is never shut
out, for a ministry is one address. What bounds the guesses at a name is hard, and it holds for the
browsers that were never in: from one network a wait that grows, and from all networks together a
line in which each has one place at a time (NIST SP 800-63B §5.2.2: 30 seconds up to an hour, and
100 in all). Nothing here asks whether a name exists.
"""

from dataclasses import dataclass

HOUR, DAY = 3600, 24 * 3600  # seconds
# From one network, or one browser that was in before, at one name.
FREE = 10  # in a day; the next waits a minute, and each one after twice as long
SHORTEST_PAUSE, LONGEST_PAUSE = 60, HOUR  # seconds
# At one name, from all browsers that were never in.
NAME_PER_HOUR, NAME_PER_DAY = 30, 100
LINE, SLOW_LINE = 120, 900  # seconds between two turns, when the hour or the day is full
# At all names together; beyond these a proof, twice as dear each time that they are full again.
NETWORK_PER_HOUR, EVERYBODY_PER_HOUR = 60, 600
MOST_DOUBLINGS = 5
LENIENCY = 2  # the price may have risen since the challenge was given: one step is forgiven
WAIT, LONGEST_WAIT = 60, 600  # seconds, of who can make no proof


@dataclass(frozen=True)
class Refused:
    """How many posts were refused lately, before the one at hand."""

    pair: int = 0  # of this network at this name, in a day
    name_hour: int = 0
    name_day: int = 0
    network: int = 0  # in an hour, as the next
    everybody: int = 0


@dataclass(frozen=True)
class Line:
    """Nobody new is let in but by turns, so many seconds apart."""

    seconds: int


@dataclass(frozen=True)
class Dear:
    """A proof of this cost would do; who can make none waits for `seconds`."""

    cost: int
    seconds: int


def pause(refused: int) -> int:
    """Seconds for which the door shuts behind the next try, after so many that were refused."""
    beyond = refused + 1 - FREE
    if beyond < 0:
        return 0
    return int(min(SHORTEST_PAUSE << min(beyond, 16), LONGEST_PAUSE))


def price(refused: Refused, cost: int) -> int:
    """What a proof must cost now; 0 while nothing is asked. `cost` is that of a quiet form."""
    full = _times_full(refused)
    return cost << min(full - 1, MOST_DOUBLINGS) if full else 0


def asked(refused: Refused, *, paid: int, cost: int) -> Line | Dear | None:
    """What is asked of who has not waited yet, with a proof that cost `paid`; None for nothing.

    A proof buys no turn in a line: it costs a machine too little.
    """
    if refused.name_day >= NAME_PER_DAY:
        return Line(SLOW_LINE)
    if refused.name_hour >= NAME_PER_HOUR:
        return Line(LINE)
    due = price(refused, cost)
    if paid * LENIENCY >= due:
        return None
    return Dear(due, min(WAIT * _times_full(refused), LONGEST_WAIT))


def _times_full(refused: Refused) -> int:
    return refused.network // NETWORK_PER_HOUR + refused.everybody // EVERYBODY_PER_HOUR
