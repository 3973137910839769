"""What a post of an address form must pay: a pure rule, that never refuses (W05).

A ministry is one address. So load only makes a post dearer: twice the proof-of-work for each time
that a limit is filled, and beyond the dearest a wait. Without proof there are fewer free posts, and
then the same wait. Who has waited is let in.
"""

from dataclasses import dataclass

MOST_DOUBLINGS = 5
ATTACK_DOUBLINGS = 3
# A price may have risen since the challenge was given: one step is forgiven.
LENIENCY = 2
SHORTEST_WAIT, LONGEST_WAIT = 60, 600  # seconds


@dataclass(frozen=True)
class Limits:
    """How many posts are let in before it gets dearer, and the price until then."""

    network_paid: int
    network_unpaid: int
    everybody: int
    everybody_unpaid: int
    cost: int  # the most numbers that one proof must try


@dataclass(frozen=True)
class Load:
    """How many posts were let in lately: from the visitor's network, and from everybody.

    Who waited counts as paid. Each number is over the time of its limit.
    """

    network_paid: int = 0
    network_unpaid: int = 0
    everybody_paid: int = 0
    everybody_unpaid: int = 0


@dataclass(frozen=True)
class Payment:
    """What came with a post: the cost of a good proof, or that its sender has waited."""

    cost: int = 0
    has_waited: bool = False


NOTHING = Payment()


@dataclass(frozen=True)
class Pass:
    """Let in."""


@dataclass(frozen=True)
class Pay:
    """A proof of this cost would do; who can make none waits for `seconds`."""

    cost: int
    seconds: int = SHORTEST_WAIT


@dataclass(frozen=True)
class Wait:
    """No proof will do for so many seconds."""

    seconds: int


Verdict = Pass | Pay | Wait


def price(load: Load, limits: Limits, *, is_attack: bool) -> int:
    """What one proof must cost now: from `limits.cost` to 32 times that."""
    return limits.cost << min(_doublings(load, limits, is_attack), MOST_DOUBLINGS)


def judge(load: Load, payment: Payment, limits: Limits, *, is_attack: bool) -> Verdict:
    """What becomes of a post under this load; more load never makes it easier."""
    if payment.has_waited:
        return Pass()
    beyond = _doublings(load, limits, is_attack) - MOST_DOUBLINGS
    if beyond > 0:
        return Wait(min(SHORTEST_WAIT * beyond, LONGEST_WAIT))
    cost = price(load, limits, is_attack=is_attack)
    # A proof that is too cheap buys no free place: it would be counted among the paid ones.
    is_enough = (
        payment.cost * LENIENCY >= cost if payment.cost else _is_free(load, limits, is_attack)
    )
    return Pass() if is_enough else Pay(cost)


def _doublings(load: Load, limits: Limits, is_attack: bool) -> int:
    everybody = load.everybody_paid + load.everybody_unpaid
    return (
        load.network_paid // limits.network_paid
        + everybody // limits.everybody
        + (ATTACK_DOUBLINGS if is_attack else 0)
    )


def _is_free(load: Load, limits: Limits, is_attack: bool) -> bool:
    return (
        not is_attack
        and load.network_unpaid < limits.network_unpaid
        and load.everybody_unpaid < limits.everybody_unpaid
    )
