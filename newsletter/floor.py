"""The floor: small counts are not told, nor given away by what is told beside them.

Nothing is nobody, so a zero is shown. A count from one up to the floor is *small*; one that would
give a small one away by a sum that is known is *withheld*. What nobody counted is *uncounted*. Pure
rules, no database.
"""

from collections.abc import Collection, Sequence
from enum import StrEnum
from math import inf


class Hidden(StrEnum):
    """Why a count is not told."""

    SMALL = "small"
    WITHHELD = "withheld"
    UNCOUNTED = "uncounted"


Told = int | Hidden


def alone(count: int, floor: int) -> Told:
    """A count that no other figure adds up with."""
    return Hidden.SMALL if 0 < count < floor else count


def in_sum(counts: Sequence[int], floor: int, *, signs: Sequence[int] = ()) -> list[Told]:
    """Counts of which the sum is known, each with its sign (all plus unless `signs` says else).

    Beside each small one as many others are withheld, the smallest first, as it takes for the sum
    to leave open everything that a small count may be. If that is not enough, none is told.
    """
    signs = signs or [1] * len(counts)
    small = {n for n, count in enumerate(counts) if 0 < count < floor}
    withheld: set[int] = set()
    others = sorted((n for n, count in enumerate(counts) if count >= floor),
                    key=lambda n: (counts[n], n))
    while small and not _is_safe(counts, signs, small, withheld, floor):
        if not others:
            return [Hidden.WITHHELD] * len(counts)
        withheld.add(others.pop(0))
    return [Hidden.SMALL if n in small else Hidden.WITHHELD if n in withheld else count
            for n, count in enumerate(counts)]


def with_total(parts: Sequence[int], floor: int) -> tuple[list[Told], Told]:
    """The parts of a total, and the total itself."""
    total = sum(parts)
    if 0 < total < floor:
        return [alone(part, floor) for part in parts], Hidden.SMALL
    return in_sum(parts, floor), total


def _is_safe(
    counts: Sequence[int], signs: Sequence[int], small: Collection[int],
    withheld: Collection[int], floor: int,
) -> bool:
    """Whether each small count may still be anything from one up to the floor.

    Who looks knows the sum of what is hidden, which counts are small, and that those withheld are
    not.
    """
    bounds = dict.fromkeys(small, (1.0, floor - 1.0)) | {n: (float(floor), inf) for n in withheld}
    known = sum(signs[n] * counts[n] for n in bounds)
    for mine in small:
        least = most = 0.0  # of the others, in my own direction
        for n, (low, high) in bounds.items():
            if n != mine:
                is_with = signs[n] == signs[mine]
                least += low if is_with else -high
                most += high if is_with else -low
        if signs[mine] * known - most > 1 or signs[mine] * known - least < floor - 1:
            return False
    return True


def in_steps(counts: Sequence[int], floor: int) -> Told:
    """The sum of counts that came one after the other, as it stood when at least `floor` were new.

    So from one look to the next it never grows by a few, of whom one might know when they came.
    """
    told = total = 0
    for count in counts:
        total += count
        if total - told >= floor:
            told = total
    return told or alone(total, floor)


def is_small_step(before: int, after: int, floor: int) -> bool:
    """Whether two counts of the same would tell together of a few who came or went."""
    return 0 < abs(after - before) < floor
