"""The oracle: compares the relay's journal, the expected readers and the ledger.

It believes the journal, and knows the expected readers from what the test made. The ledger is only
held against both; what the service says of itself is never asked.
"""

from collections import Counter, defaultdict
from collections.abc import Set
from dataclasses import asdict, dataclass, field
from math import inf
from typing import Any

from tests.faults.journal import Answer, Entry, Journal
from tests.faults.ledger import Ledger

# What a kill of a process may leave unclear: the letter on each of its conversations, for all else
# stands in its journal (decision 0013). If the journal is lost with the machine, R02's bound, with
# `SPARE` for `RESULTS_AT_ONCE`, as an operator of several machines may set it.
CONNECTIONS, SPARE = 6, 8
BOUND_WITHOUT_JOURNAL = 2 * CONNECTIONS + SPARE
# Fewer blows between the first and the last mail say nothing.
LEAST_KILLS = 3


@dataclass
class Verdict:
    """What a run came to; `broken` has a line for every promise that was not kept."""

    scenario: str
    seed: int
    readers: int
    kills: int
    missed: int = 0  # whom the relay never served, and no 5xx of its own explains it
    repeated: int = 0  # second copies by the relay's count
    unclear: int = 0  # attempts that the ledger names as without an answer
    explained: int = 0  # not served, by a 5xx that the relay said and the ledger has
    bound: int = 0  # the most second copies that are promised
    seconds: float = 0.0
    broken: list[str] = field(default_factory=list)

    def line(self) -> str:
        """As `make faults` prints it."""
        figures = asdict(self)
        words = [f"{name} {figures[name]}" for name in (
            "readers", "kills", "missed", "repeated", "unclear", "explained", "bound")]
        verdict = "BROKEN: " + "; ".join(self.broken) if self.broken else "kept"
        first = f"{self.scenario:<22} seed {self.seed}"
        return "  ".join([first, *words, f"{self.seconds:.0f} s", verdict])

    def row(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self)


class Oracle:
    """Judges one mailing by what the relay noted."""

    def __init__(self, journal: Journal, expected: Set[str], ledger: Ledger) -> None:
        self._journal, self._expected, self._ledger = journal, expected, ledger
        self._lease_seconds = inf
        self._copies: dict[str, list[Entry]] = defaultdict(list)
        self._by_session: dict[int, list[Entry]] = defaultdict(list)
        for entry in journal.entries:
            self._copies[entry.rcpt_to].append(entry)
            self._by_session[entry.session].append(entry)
        self._answers: dict[tuple[int, str], list[Answer]] = defaultdict(list)
        for answer in journal.answers:
            self._answers[answer.session, answer.rcpt_to].append(answer)

    def judge(
        self, verdict: Verdict, *, disks_lost: int = 0, lease_seconds: float = inf
    ) -> Verdict:
        """Fill in what was found, and say what was broken.

        With a disk go the answers that stood only in its journal: of each at most `SPARE` (R02).
        An answer that its worker heard later than `lease_seconds` after it was given came to one
        who had lost the mail to another: it may be on its way again by then (R07).
        """
        self._lease_seconds = lease_seconds
        may_be_lost = disks_lost * SPARE
        absent = self._expected - set(self._copies)
        explained = {address for address in absent if self._is_explained(address)}
        verdict.missed = len(absent - explained)
        verdict.explained = len(explained)
        verdict.repeated = sum(len(copies) - 1 for copies in self._copies.values())
        verdict.unclear = self._ledger.unclear
        found = {
            "missed": verdict.missed,
            "strangers": len(set(self._copies) - self._expected),
            "beyond the bound": max(0, verdict.repeated - verdict.bound),
            "other bytes or Message-ID": self._changed(),
            "one Message-ID for two readers": self._shared_names(),
            "repeated though the answer was heard": max(0, self._needless() - may_be_lost),
            "repeated and not named unclear": self._unnamed(),
            "violations of SMTP": len(self._journal.violations),
            "ledger is of other readers": len(set(self._ledger.rows) ^ self._expected),
            "sent by the ledger alone": self._lies(),
            "taken, and not sent by the ledger": self._forgotten(),
            "answers without an attempt": max(0, self._unrecorded() - may_be_lost),
        }
        verdict.broken += [f"{what}: {count}" for what, count in found.items() if count]
        if self._ledger.status != "finished":
            verdict.broken.append(f"the mailing is {self._ledger.status or 'not there'}")
        return verdict

    def _is_explained(self, address: str) -> bool:
        """Whether the relay itself refused her for good, and the ledger says just that."""
        row = self._ledger.rows.get(address)
        return row is not None and row.status == "failed" and any(
            answer.reply.startswith("5")
            for (_, recipient), several in self._answers.items() if recipient == address
            for answer in several
        )

    def _changed(self) -> int:
        """Readers whose copies were not the same byte for byte, or not of one name (R04)."""
        return sum(
            1 for copies in self._copies.values()
            if len({(entry.sha256, entry.message_id) for entry in copies}) > 1
        )

    def _shared_names(self) -> int:
        readers: dict[str, set[str]] = defaultdict(set)
        for entry in self._journal.entries:
            readers[entry.message_id].add(entry.rcpt_to)
        return sum(1 for several in readers.values() if len(several) > 1)

    def _heard_at(self, entry: Entry) -> float | None:
        """The latest moment by which its 250 was surely heard; None when it may be lost.

        Whoever begins the next mail of a conversation has heard what became of the last.
        """
        said = self._answer_to(entry)
        if said is None or not said.reply.startswith("2"):
            return None
        return min((each.since for each in self._by_session[entry.session]
                    if each.since >= said.at), default=None)

    def _answer_to(self, entry: Entry) -> Answer | None:
        return next((answer for answer in self._answers[entry.session, entry.rcpt_to]
                     if answer.step == "dot" and answer.at >= entry.at), None)

    def _needless(self) -> int:
        """Second copies that began after a copy's 250 was heard (R05, R07)."""
        count = 0
        for copies in self._copies.values():
            for place, copy in enumerate(copies[1:], 1):
                heard = [at for each in copies[:place]
                         if (at := self._heard_at(each)) is not None
                         and at - each.at < self._lease_seconds]
                count += bool(heard) and copy.since > min(heard)
        return count

    def _unnamed(self) -> int:
        """Second copies beyond the attempts that the ledger names as unclear (R02)."""
        return sum(
            max(0, len(copies) - 1 - row.unclear)
            for address, copies in self._copies.items()
            if (row := self._ledger.rows.get(address)) is not None
        )

    def _lies(self) -> int:
        """Readers whom the ledger calls sent and the relay never took (R24)."""
        return sum(1 for address, row in self._ledger.rows.items()
                   if row.status == "sent" and address not in self._copies)

    def _forgotten(self) -> int:
        return sum(1 for address in self._copies
                   if address in self._ledger.rows and self._ledger.rows[address].status != "sent")

    def _unrecorded(self) -> int:
        """Answers that were surely heard and have no row (R21)."""
        heard = Counter(entry.rcpt_to for entry in self._journal.entries
                        if self._heard_at(entry) is not None)
        return sum(
            max(0, count - row.outcomes["accepted"]) for address, count in heard.items()
            if (row := self._ledger.rows.get(address)) is not None
        )
