"""The floor: a small count is not told, and no sum gives it away."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from newsletter.floor import Hidden, Told, alone, in_sum, with_total

FLOOR = 5
counts = st.one_of(st.integers(0, 9), st.integers(0, 60))


def open_still(told: list[Told], signs: list[int], known: int) -> list[set[int]]:
    """What each hidden count may be, by trying all; up to 90, which is as good as for ever."""
    places = [n for n, each in enumerate(told) if isinstance(each, Hidden)]
    rest = known - sum(s * t for s, t in zip(signs, told, strict=True) if not isinstance(t, Hidden))
    is_blank = all(each is Hidden.WITHHELD for each in told)
    may = {Hidden.SMALL: range(1, FLOOR),
           Hidden.WITHHELD: range(0, 90) if is_blank else range(FLOOR, 90)}
    found: list[set[int]] = [set() for _ in told]
    *others, last = places
    for tried in product(*(may[told[n]] for n in others)):  # type: ignore[index]
        left = signs[last] * (rest - sum(signs[n] * t for n, t in zip(others, tried, strict=True)))
        if left in may[told[last]]:  # type: ignore[index]
            for n, value in zip(places, (*tried, left), strict=True):
                found[n].add(value)
    return found


@given(st.lists(counts, min_size=2, max_size=3), st.data())
def test_no_small_count_can_be_worked_out_from_a_known_sum(
    parts: list[int], data: st.DataObject
) -> None:
    signs = data.draw(st.lists(st.sampled_from([1, -1]), min_size=len(parts),
                               max_size=len(parts)))
    known = sum(s * n for s, n in zip(signs, parts, strict=True))
    told = in_sum(parts, FLOOR, signs=signs)
    if signs.count(1) == len(signs) and known < FLOOR:
        return  # then the sum itself is not told
    for real, each in zip(parts, told, strict=True):
        assert each == real or isinstance(each, Hidden)
        assert isinstance(each, Hidden) or not 0 < each < FLOOR
        assert each is not Hidden.SMALL or 0 < real < FLOOR
    if any(isinstance(each, Hidden) for each in told):
        for each, still in zip(told, open_still(told, signs, known), strict=True):
            if each is Hidden.SMALL:
                assert still == set(range(1, FLOOR))
            elif each is Hidden.WITHHELD:
                assert len(still) > 1


@given(st.lists(counts, min_size=1, max_size=6))
def test_a_total_is_told_unless_it_is_small_itself(parts: list[int]) -> None:
    told, total = with_total(parts, FLOOR)
    assert total == (Hidden.SMALL if 0 < sum(parts) < FLOOR else sum(parts))
    assert not any(isinstance(each, int) and 0 < each < FLOOR for each in told)
    hidden = [n for n, each in enumerate(told) if isinstance(each, Hidden)]
    if isinstance(total, int):
        # What is hidden is never one count alone, nor so few together that they are small.
        assert len(hidden) != 1
        assert sum(parts[n] for n in hidden) >= FLOOR or not hidden


def test_what_is_large_enough_is_told_as_it_is() -> None:
    assert [alone(n, FLOOR) for n in (0, 1, 4, 5)] == [0, Hidden.SMALL, Hidden.SMALL, 5]
    assert with_total([5, 0, 30], FLOOR) == ([5, 0, 30], 35)


def test_beside_a_small_count_the_smallest_other_is_withheld() -> None:
    assert with_total([3, 40, 900], FLOOR) == ([Hidden.SMALL, Hidden.WITHHELD, 900], 943)
    # Five beside one could only be five: six in all, and what is withheld is not small.
    assert with_total([1, 5, 900], FLOOR)[0] == [Hidden.SMALL, *[Hidden.WITHHELD] * 2]


def test_where_nothing_else_can_cover_it_nothing_is_told() -> None:
    assert in_sum([3, 0], FLOOR, signs=[1, -1]) == [Hidden.WITHHELD] * 2
    assert in_sum([4, 4], FLOOR) == [Hidden.WITHHELD] * 2
