"""The judge: more load makes it dearer and never easier, and it never refuses."""

from dataclasses import fields, replace

from hypothesis import given
from hypothesis import strategies as st

from newsletter.web.guard.judge import (
    LONGEST_WAIT,
    MOST_DOUBLINGS,
    NOTHING,
    SHORTEST_WAIT,
    Limits,
    Load,
    Pass,
    Pay,
    Payment,
    Wait,
    judge,
    price,
)

QUIET = Load()
LIMITS = Limits(network_paid=60, network_unpaid=10, everybody=60, everybody_unpaid=15, cost=5000)
few = st.integers(0, 500)
loads = st.builds(Load, few, few, few, few)
limits = st.builds(Limits, *[st.integers(1, 100)] * 4, st.integers(1, 10_000))
payments = st.builds(Payment, cost=st.integers(0, 400_000))
names = st.sampled_from([field.name for field in fields(Load)])


def strictness(load: Load, payment: Payment, given: Limits, *, is_attack: bool) -> tuple[int, int]:
    """A verdict as something that can be compared."""
    verdict = judge(load, payment, given, is_attack=is_attack)
    match verdict:
        case Pass():
            return (0, 0)
        case Pay(cost=cost):
            return (1, cost)
        case Wait(seconds=seconds):
            return (2, seconds)


@given(loads, payments, limits, st.booleans(), names, st.integers(1, 100))
def test_more_load_never_makes_it_easier(
    load: Load, payment: Payment, given: Limits, is_attack: bool, name: str, more: int
) -> None:
    heavier = replace(load, **{name: getattr(load, name) + more})
    before = strictness(load, payment, given, is_attack=is_attack)
    assert strictness(heavier, payment, given, is_attack=is_attack) >= before
    assert strictness(load, payment, given, is_attack=True) >= before


@given(loads, limits, st.booleans(), st.integers(1, 400_000), st.integers(1, 400_000))
def test_a_dearer_proof_never_fares_worse(
    load: Load, given: Limits, is_attack: bool, cost: int, more: int
) -> None:
    cheap = strictness(load, Payment(cost), given, is_attack=is_attack)
    assert strictness(load, Payment(cost + more), given, is_attack=is_attack) <= cheap


@given(loads, payments, limits, st.booleans())
def test_nobody_is_refused_and_neither_price_nor_wait_has_no_end(
    load: Load, payment: Payment, given: Limits, is_attack: bool
) -> None:
    verdict = judge(load, payment, given, is_attack=is_attack)
    if isinstance(verdict, Pay):
        assert given.cost <= verdict.cost <= given.cost * 2**MOST_DOUBLINGS
        # What is asked is what lets in.
        paid = judge(load, Payment(verdict.cost), given, is_attack=is_attack)
        assert paid == Pass()
    if isinstance(verdict, Wait):
        assert SHORTEST_WAIT <= verdict.seconds <= LONGEST_WAIT
    assert judge(load, Payment(has_waited=True), given, is_attack=is_attack) == Pass()


@given(loads, limits, st.booleans())
def test_the_price_that_is_told_is_enough_unless_all_must_wait(
    load: Load, given: Limits, is_attack: bool
) -> None:
    cost = price(load, given, is_attack=is_attack)
    verdict = judge(load, Payment(cost), given, is_attack=is_attack)
    assert isinstance(verdict, Pass | Wait)


def test_while_it_is_quiet_one_passes_without_proof_and_pays_the_least_with_it() -> None:
    assert judge(QUIET, NOTHING, LIMITS, is_attack=False) == Pass()
    assert price(QUIET, LIMITS, is_attack=False) == 5000


def test_without_proof_a_network_and_everybody_have_fewer_places() -> None:
    for load in (Load(network_unpaid=10), Load(everybody_unpaid=15)):
        assert judge(load, NOTHING, LIMITS, is_attack=False) == Pay(5000)
        assert judge(load, Payment(5000), LIMITS, is_attack=False) == Pass()


def test_each_time_that_a_limit_is_filled_the_price_doubles_and_at_last_all_wait() -> None:
    prices = [price(Load(network_paid=60 * n), LIMITS, is_attack=False) for n in range(7)]
    assert prices == [5000, 10_000, 20_000, 40_000, 80_000, 160_000, 160_000]
    dearest = Payment(160_000)
    assert judge(Load(network_paid=359), dearest, LIMITS, is_attack=False) == Pass()
    assert judge(Load(network_paid=360), dearest, LIMITS, is_attack=False) == Wait(60)
    assert judge(Load(network_paid=420), dearest, LIMITS, is_attack=False) == Wait(120)


def test_a_price_that_rose_once_while_somebody_typed_is_forgiven_and_twice_is_not() -> None:
    assert judge(Load(network_paid=60), Payment(5000), LIMITS, is_attack=False) == Pass()
    assert judge(Load(network_paid=120), Payment(5000), LIMITS, is_attack=False) == Pay(20_000)


def test_in_attack_time_nothing_is_free_and_proof_costs_eight_times_as_much() -> None:
    assert judge(QUIET, NOTHING, LIMITS, is_attack=True) == Pay(40_000)
    assert judge(QUIET, Payment(5000), LIMITS, is_attack=True) == Pay(40_000)
    assert judge(QUIET, Payment(40_000), LIMITS, is_attack=True) == Pass()
