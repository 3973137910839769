"""The rule of the login's limits, without a clock and without a network (S03)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.web.guard.guesses import Dear, Line, Refused, asked, pause, price

NUMBERS = st.integers(0, 10_000)


def test_the_pause_doubles_from_a_minute_to_an_hour() -> None:
    assert [pause(number) for number in range(18)] == [0] * 9 + [
        60, 120, 240, 480, 960, 1920, 3600, 3600, 3600
    ]


@given(NUMBERS, NUMBERS)
def test_more_refusals_never_make_a_pause_shorter(less: int, more: int) -> None:
    assert pause(min(less, more)) <= pause(max(less, more))


def test_the_price_doubles_each_time_that_the_network_is_full_again() -> None:
    costs = [price(Refused(network=60 * number), 5000) for number in range(9)]
    assert costs == [0, 5000, 10_000, 20_000, 40_000, 80_000, 160_000, 160_000, 160_000]


@given(NUMBERS, NUMBERS)
def test_a_full_network_is_never_shut_to_who_pays(network: int, everybody: int) -> None:
    full = Refused(network=network, everybody=everybody)
    due = price(full, 5000)
    assert asked(full, paid=due, cost=5000) is None
    unpaid = asked(full, paid=0, cost=5000)
    if due:
        assert isinstance(unpaid, Dear)
        assert 60 <= unpaid.seconds <= 600
    else:
        assert unpaid is None


@pytest.mark.parametrize(("hour", "day", "line"), [
    (29, 99, None), (30, 99, Line(120)), (0, 100, Line(900)), (30, 100, Line(900)),
])
def test_a_name_that_is_guessed_at_from_everywhere_gets_a_line_that_no_proof_shortens(
    hour: int, day: int, line: Line | None
) -> None:
    assert asked(Refused(name_hour=hour, name_day=day), paid=10**9, cost=1) == line
