"""What is sent to the cheap sink, which nobody waits for: ours in every way, and smtp-source's.

In turns, so that the machine's mood falls on all alike.
"""

import statistics
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from newsletter.mailer.dkim import ED25519, RSA
from tests.benchmarks.content import MAIL_BYTES, check_octets
from tests.benchmarks.filled import Fillings
from tests.benchmarks.mailing import READERS, RUNS, Measured, keys, measure
from tests.benchmarks.sink import ToolMissing, cheap_sink, feed_counted

UNSIGNED = None
WAYS: tuple[str | None, ...] = (UNSIGNED, ED25519, RSA)


@dataclass
class OnCheapSink:
    """The runs of ours by what signs, and of Postfix's load generator, if it is here."""

    ours: dict[str | None, list[Measured]] = field(
        default_factory=lambda: {way: [] for way in WAYS})
    fed: list[tuple[float, float]] = field(default_factory=list)  # mails a second; CPU seconds

    @property
    def middle(self) -> Measured:
        """The unsigned run that had the middle rate; of two in the middle the slower."""
        runs = sorted(self.ours[UNSIGNED], key=lambda run: run.rate)
        return runs[(len(runs) - 1) // 2]

    @property
    def their_rate(self) -> float | None:
        """Mails a second of the load generator."""
        return statistics.median(rate for rate, _ in self.fed) if self.fed else None

    @property
    def their_cpu_microseconds(self) -> float | None:
        """What the load generator, which keeps no account of anything, takes for a mail."""
        spent = [seconds for _, seconds in self.fed]
        return statistics.median(spent) / READERS * 1e6 if spent else None


def send_to_cheap_sink(fillings: Fillings, folder: Path) -> OnCheapSink:
    """Let all of them send, `BENCH_RUNS` times; a fault in one way leaves no figure of any.

    Raises ToolMissing without a C compiler, AssertionError and CalledProcessError.
    """
    found = OnCheapSink()
    for turn in range(RUNS):
        with cheap_sink(folder) as sink, suppress(ToolMissing):
            found.fed.append(feed_counted([sink], messages=READERS, octets=MAIL_BYTES))
            check_octets(sink.counts())
        for way in WAYS:
            found.ours[way].append(_run(fillings, folder / f"{turn}-{way}", way))
    return found


def _run(fillings: Fillings, folder: Path, algorithm: str | None) -> Measured:
    folder.mkdir()
    with fillings.copy(READERS) as filled, cheap_sink(folder.parent) as sink:
        measured = measure(
            {**filled.environ, "DKIM_KEYS": keys(folder / "dkim", algorithm)},
            slot_id=filled.slot_id, relays=[sink.url], folder=folder,
        )
        counts = sink.counts()
    assert (counts["distinct_once"], counts["dup"]) == (READERS, 0), f"{counts} of {READERS}"
    if algorithm is UNSIGNED:  # a signature is a line more than the load generator has
        check_octets(counts)
    return measured
