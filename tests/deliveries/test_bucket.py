"""Token buckets, against the promise itself: never more than the rate in any span of time."""

from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from newsletter.deliveries.bucket import Bucket, size_of

RATES = st.floats(0.1, 5000)
# How long after the one before each question comes, and how many are wanted, in which lane.
ASKED = st.lists(
    st.tuples(st.floats(0, 5), st.integers(0, 3000), st.booleans()), min_size=1, max_size=40
)


def served(rate: float, asked: list[tuple[float, int, bool]]) -> list[tuple[float, int]]:
    """How many left at which moment, when all who may leave do so."""
    tokens, left = None, []
    for moment, (waited, wanted, is_prompt) in zip(
        accumulate(each[0] for each in asked), asked, strict=True
    ):
        bucket = Bucket.filled(rate, tokens=tokens, seconds=waited)
        count = min(wanted, bucket.left(is_prompt=is_prompt))
        for _ in range(count):
            bucket.take()
        tokens = bucket.tokens
        left.append((moment, count))
    return left


@given(RATES, ASKED)
def test_in_no_span_of_time_leave_more_than_the_rate_allows(
    rate: float, asked: list[tuple[float, int, bool]]
) -> None:
    left = served(rate, asked)
    for first, (since, _) in enumerate(left):
        gone = 0
        for until, count in left[first:]:
            gone += count
            assert gone <= (until - since) * rate + size_of(rate) + 1e-6


@given(RATES)
def test_who_asks_all_the_time_gets_the_whole_rate(rate: float) -> None:
    step = 0.2 / max(rate, 1)
    count = 400
    left = served(rate, [(step, 9999, False)] * count)
    assert sum(each for _, each in left) >= step * count * rate - size_of(rate)


@given(RATES, st.integers(1, 50))
def test_bulk_leaves_something_to_prompt(rate: float, times: int) -> None:
    bucket = Bucket.filled(rate, tokens=None, seconds=0)
    for _ in range(bucket.left(is_prompt=False)):
        bucket.take()
    assert bucket.left(is_prompt=False) == 0
    assert bucket.left(is_prompt=True) >= 1


@given(RATES, st.floats(0, 100), st.floats(-1e7, 0))
def test_a_clock_that_was_set_back_gives_nothing(rate: float, tokens: float, back: float) -> None:
    assert Bucket.filled(rate, tokens=tokens, seconds=back).tokens <= tokens


@given(RATES, st.floats(0, 1e9))
def test_a_clock_that_jumps_ahead_gives_one_burst_at_most(rate: float, jump: float) -> None:
    assert Bucket.filled(rate, tokens=0.0, seconds=jump).tokens <= size_of(rate)
