"""Backoff: how long a mail that was put off waits."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from newsletter.deliveries.backoff import FIRST_SECONDS, LONGEST_SECONDS, delay

seeds = st.integers(0, 2**32)


@given(st.integers(1, 10**9), seeds)
def test_a_wait_lies_between_five_seconds_and_an_hour(attempts: int, seed: int) -> None:
    seconds = delay(attempts, random=Random(seed)).total_seconds()
    assert FIRST_SECONDS <= seconds <= LONGEST_SECONDS


@given(st.integers(1, 9), seeds, seeds)
def test_each_wait_is_longer_than_the_one_before(attempts: int, one: int, other: int) -> None:
    assert delay(attempts, random=Random(one)) < delay(attempts + 1, random=Random(other))


def test_waits_are_spread_so_that_not_all_come_back_at_once() -> None:
    random = Random(1)
    assert len({delay(3, random=random) for _ in range(50)}) == 50
