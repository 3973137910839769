"""What more readers cost: planning, the first mail, memory and rate, from few readers to many.

Of the sending, a digest slot is planned and sent; of the planning, a slot and an edition.

`make bench-large` goes to the million that the figures name, `make bench` to less and says so.
"""

import os
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from newsletter import clock
from newsletter.articles.models import Article
from newsletter.core import create_core, settings
from newsletter.deliveries.models import Delivery, MailKind
from newsletter.extensions import db
from newsletter.sending.carry_out import carry_out_edition, carry_out_slot
from newsletter.transaction import transaction
from tests import material
from tests.benchmarks import rows
from tests.benchmarks.content import check_octets
from tests.benchmarks.filled import Fillings
from tests.benchmarks.machine import HAS_PROC
from tests.benchmarks.mailing import Measured, measure
from tests.benchmarks.rows import Figure, not_run, report
from tests.benchmarks.sink import ToolMissing, cheap_sink

FEW = int(os.environ.get("BENCH_FEW_READERS", "10000"))
MANY = int(os.environ.get("BENCH_MANY_READERS", "60000"))
# Against which the rate at `MANY` is held.
SOME = int(os.environ.get("BENCH_SOME_READERS", "100000" if MANY >= 1_000_000 else str(FEW)))
RUNS = int(os.environ.get("BENCH_RUNS", "3"))
NAMED = 1_000_000, 100_000, 10_000  # many, some and few of the figures' names
FIGURES = (rows.FIRST_MAIL, rows.MEMORY, rows.MEMORY_GROWTH, rows.RATE_GROWTH)
PIECES = 12  # in the edition

pytestmark = pytest.mark.bench


def test_more_readers_cost_no_more_each(fillings: Fillings, tmp_path: Path) -> None:
    try:
        measured = {readers: _measured(fillings, tmp_path, readers)
                    for readers in dict.fromkeys((FEW, SOME, MANY))}
    except ToolMissing as error:
        not_run(FIGURES, str(error))
        return
    many = measured[MANY]
    report(_named(rows.FIRST_MAIL), many.first_seconds)
    _report_memory(measured[FEW], many)
    report(_named(rows.RATE_GROWTH, against=SOME), many.rate / measured[SOME].rate,
           in_flight=many.in_flight,
           note=f"{many.rate:,.0f}/s against {measured[SOME].rate:,.0f}/s, on the cheap sink")


@pytest.mark.parametrize(("figure", "kind"), [
    pytest.param(rows.PLANNING, MailKind.DIGEST, id="a slot"),
    pytest.param(rows.PLANNING_EDITION, MailKind.EDITION, id="an edition"),
])
def test_a_mailing_is_planned_for_many_readers(
    fillings: Fillings, figure: Figure, kind: MailKind
) -> None:
    few, many = (_planned(fillings, readers, kind) for readers in (FEW, MANY))
    told = f"{RUNS} turns, {min(many):.1f} to {max(many):.1f} s"
    line = _line(FEW, statistics.median(few), MANY, statistics.median(many))
    report(_named(figure), statistics.median(many), note="; ".join(filter(None, (told, line))))


def _planned(fillings: Fillings, readers: int, kind: MailKind) -> list[float]:
    """Seconds from the call that carries a mailing out to its commit, of each turn."""
    took = []
    for _ in range(RUNS):
        with fillings.copy(readers) as filled, create_core(filled.environ).app_context():
            carry_out = _edition() if kind is MailKind.EDITION else _slot(filled.slot_id)
            began = time.monotonic()
            carry_out()
            took.append(time.monotonic() - began)
            planned = db.session.scalar(select(func.count()).where(Delivery.kind == kind))
            db.session.remove()
            db.engine.dispose()
        assert planned == readers
    return took


def _slot(slot_id: int) -> Callable[[], None]:
    return lambda: carry_out_slot(slot_id, settings=settings(), now=clock.now(), is_asked=True)


def _edition() -> Callable[[], None]:
    with transaction():
        pieces = db.session.scalars(
            select(Article).where(Article.released_at.is_not(None))
            .order_by(Article.id).limit(PIECES)).all()
        assert len(pieces) == PIECES
        edition_id = material.edition(pieces, send_at=clock.now() - timedelta(minutes=1)).id
    return lambda: carry_out_edition(edition_id, settings=settings(), now=clock.now())


def _measured(fillings: Fillings, folder: Path, readers: int) -> Measured:
    """The run with the middle rate; of `MANY` only one is made, for it is long enough."""
    runs = []
    for turn in range(1 if readers == MANY else RUNS):
        with fillings.copy(readers) as filled, cheap_sink(folder) as sink:
            runs.append(measure(
                {**filled.environ, "DKIM_KEYS": "none"}, slot_id=filled.slot_id,
                relays=[sink.url], folder=folder / f"{readers}-{turn}",
            ))
            counts = sink.counts()
        assert (counts["distinct_once"], counts["dup"]) == (readers, 0)
        check_octets(counts)
    return sorted(runs, key=lambda run: run.rate)[len(runs) // 2]


def _line(few: int, for_few: float, many: int, for_many: float) -> str:
    """Where the straight line through both plannings goes, when less than the million was tried."""
    if many >= NAMED[0]:
        return ""
    million = for_few + (for_many - for_few) / (many - few) * (NAMED[0] - few)
    return (f"the straight line through it and {for_few:.2f} s for {few:,} "
            f"comes to {million:.1f} s at {NAMED[0]:,}")


def _report_memory(few: Measured, many: Measured) -> None:
    if few.peak_megabytes is None or many.peak_megabytes is None:
        why = "only where Linux tells it" if not HAS_PROC else "no process was found"
        not_run((rows.MEMORY, rows.MEMORY_GROWTH), why)
        return
    report(_named(rows.MEMORY), many.peak_megabytes,
           note="the most it ever had, shared pages too; without TLS")
    report(_named(rows.MEMORY_GROWTH, against=FEW), many.peak_megabytes / few.peak_megabytes,
           note=f"{many.peak_megabytes:.0f} MB against {few.peak_megabytes:.0f} MB")


def _named(figure: Figure, *, against: int = 0) -> Figure:
    """The figure itself when its numbers were in force, else the same tried with less."""
    if (MANY, SOME, FEW) == NAMED:
        return figure
    less = f"{MANY:,}" + (f" against {against:,}" if against else "")
    return figure.with_less(less)
