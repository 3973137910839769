"""Readers a second from planned to sent, against Postfix's load generator, on `smtp-sink`.

End to end through Celery, with ledger and attempts on; each ratio in one run, ours and the baseline
in turns, of each the median.
"""

import statistics
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from newsletter.mailer.dkim import ED25519, RSA
from tests.benchmarks import rows
from tests.benchmarks.content import MAIL_BYTES
from tests.benchmarks.filled import Fillings
from tests.benchmarks.mailing import (
    READERS,
    RUNS,
    Measured,
    keys,
    measure,
    spread,
    with_planning,
)
from tests.benchmarks.rows import Figure, not_run, report
from tests.benchmarks.sink import Sink, ToolMissing, feed, postfix_sink

pytestmark = pytest.mark.bench


@dataclass(frozen=True)
class Way:
    """One way to send that is measured: how it signs, and which figures come of it."""

    rate: Figure
    cpu: Figure | None = None
    algorithm: str | None = None


ON_ONE_SINK = (
    Way(rows.ONE_SINK, rows.CPU_BESIDE),
    Way(rows.SIGNED_ED25519, rows.CPU_BESIDE_ED25519, ED25519),
    Way(rows.SIGNED_RSA, rows.CPU_BESIDE_RSA, RSA),
)
TO_MEASURE = [
    pytest.param(ON_ONE_SINK, 1, id="one sink"),
    pytest.param((Way(rows.TWO_SINKS),), 2, id="two sinks"),
]


@pytest.mark.parametrize(("ways", "sinks"), TO_MEASURE)
def test_ours_against_the_load_generator(
    fillings: Fillings, tmp_path: Path, ways: Sequence[Way], sinks: int
) -> None:
    theirs: list[float] = []
    ours: dict[Figure, list[Measured]] = {way.rate: [] for way in ways}
    try:
        for turn in range(RUNS):
            with _running(sinks) as relays:
                theirs.append(feed(relays, messages=READERS, octets=MAIL_BYTES))
            for place, way in enumerate(ways):
                folder = tmp_path / f"{turn}-{place}"
                folder.mkdir()
                with fillings.copy(READERS) as filled, _running(sinks) as relays:
                    ours[way.rate].append(measure(
                        {**filled.environ, "DKIM_KEYS": keys(folder / "dkim", way.algorithm)},
                        slot_id=filled.slot_id, folder=folder,
                        relays=[each.url for each in relays],
                    ))
    except ToolMissing as error:
        not_run([each for way in ways for each in (way.rate, way.cpu) if each], str(error))
        return
    for way in ways:
        _report(way, ours[way.rate], statistics.median(theirs))


def _report(way: Way, ours: Sequence[Measured], their_rate: float) -> None:
    our_rate = statistics.median(each.rate for each in ours)
    report(way.rate, our_rate / their_rate, in_flight=ours[0].in_flight,
           note=f"{our_rate:,.0f}/s against {their_rate:,.0f}/s, "
                f"{len(ours)} runs of {READERS:,}"
                + with_planning(ours, their_rate))
    spent = [each.cpu_microseconds for each in ours if each.cpu_microseconds is not None]
    if way.cpu and spent:
        report(way.cpu, statistics.median(spent), note=spread(ours))
    elif way.cpu:
        not_run([way.cpu], "only where Linux tells it")


@contextmanager
def _running(sinks: int) -> Iterator[list[Sink]]:
    with ExitStack() as stack:
        yield [stack.enter_context(postfix_sink()) for _ in range(sinks)]
