"""The oracle: compares the relay's journal, the expected readers and the ledger."""

from collections.abc import Set
from dataclasses import dataclass

from tests.faults.relay import Journal


@dataclass(frozen=True)
class Verdict:
    """What a run came to, judged from outside."""

    missed: int  # expected readers whom the relay never served
    strangers: int  # served, but nobody expected them
    repeats: int  # second copies by the relay's count
    changed: int  # readers whose copies were not byte for byte the same


def judge(journal: Journal, expected: Set[str]) -> Verdict:
    """The verdict on a mailing to `expected` addresses."""
    copies = journal.copies()
    bodies: dict[str, set[bytes]] = {}
    for entry in list(journal.entries):
        bodies.setdefault(entry.rcpt_to, set()).add(entry.data)
    return Verdict(
        missed=len(expected - set(copies)),
        strangers=len(set(copies) - expected),
        repeats=journal.repeats(),
        changed=sum(1 for several in bodies.values() if len(several) > 1),
    )
