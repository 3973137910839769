"""How much a claim takes: a second's worth of mails, by how fast they left of late."""

from collections.abc import Callable

import pytest

from newsletter import clock
from newsletter.sending.appetite import GROWTH, WORTH_SECONDS, Appetite

Leave = Callable[[int, float], int]
LEAST, MOST = 12, 1000


@pytest.fixture
def leave(monkeypatch: pytest.MonkeyPatch) -> Leave:
    """Let so many leave in so many seconds, and give the size of the claim that is asked then."""
    moment = [1000.0]
    monkeypatch.setattr(clock, "boot_seconds", lambda: moment[0])
    appetite = Appetite(least=LEAST, most=MOST)
    assert appetite.next_limit() == LEAST

    def after(count: int, seconds: float) -> int:
        moment[0] += seconds
        appetite.served(count)
        return appetite.next_limit()

    return after


def test_a_claim_grows_with_the_pace_by_a_step_at_a_time_and_not_beyond_the_most(
    leave: Leave,
) -> None:
    sizes = [leave(2000, 0.5) for _ in range(4)]
    assert sizes == [LEAST * GROWTH, LEAST * GROWTH**2, MOST, MOST]


def test_a_claim_is_worth_a_second_however_fast_it_might_grow(leave: Leave) -> None:
    assert [leave(40, 1.0) for _ in range(3)] == [40 * WORTH_SECONDS] * 3


def test_a_relay_that_slows_down_is_claimed_less_for_within_a_few_claims(leave: Leave) -> None:
    assert [leave(2000, 0.5) for _ in range(4)][-1] == MOST
    sizes = [leave(100, 5.0) for _ in range(9)]  # twenty a second
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[2] < 0.6 * MOST
    assert sizes[-1] == pytest.approx(20, abs=10)
    # But never for fewer than the conversations are to have.
    assert [leave(1, 60.0) for _ in range(9)][-1] == LEAST
