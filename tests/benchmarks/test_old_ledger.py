"""Planning and claiming beside a long past, against an empty ledger: the past must cost nothing.

The past lies as the service would have left it: closed partitions, each as full as they get. Both
databases are measured in turn, and medians compared.
"""

import os
import statistics
import time
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from newsletter import clock
from newsletter.config import SETTINGS
from newsletter.core import create_core, settings, signer
from newsletter.deliveries.partitions import MOST_ROWS, STRIDE
from newsletter.dkim_keys import Keyring
from newsletter.extensions import db
from newsletter.jobs import Lane
from newsletter.sending.carry_out import carry_out_edition
from newsletter.sending.claim import Claimer
from newsletter.transaction import transaction
from tests import material
from tests.benchmarks.filled import Fillings, checkpoint
from tests.benchmarks.rows import OLD_CLAIMING, OLD_PLANNING, Figure, report

OLD = int(os.environ.get("BENCH_OLD_DELIVERIES", "2000000"))
READERS = int(os.environ.get("BENCH_MANY_READERS", "60000"))
NAMED = 50_000_000  # what the names of the figures say
TURNS = 4
AT_ONCE = int(next(each.default or 0 for each in SETTINGS if each.name == "CLAIM_SIZE"))
CLAIMS = min(30, READERS // AT_ONCE)

pytestmark = pytest.mark.bench

# A mailing of two years ago to as many readers as there are, over and over.
_PAST = """
    insert into deliveries (kind, lane, mailing_id, variant_id, subscriber_id, status, created_at,
                            due_at, sent_at, ended_at, attempts, message_id, reply_code)
    select 'digest', 'bulk', 1000000 + n / 1000000, 1, n, 'sent', t, t, t, t, 1,
           md5(n::text) || '@nieuws.example', '250'
      from generate_series(%(first)s::bigint, %(last)s) n,
           (select now() - interval '2 years' as t) long_ago
"""


def test_planning_and_claiming_beside_a_long_past(fillings: Fillings) -> None:
    planned: dict[str, list[float]] = {"empty": [], "full": []}
    claimed: dict[str, list[float]] = {"empty": [], "full": []}
    with fillings.copy(READERS) as empty, fillings.copy(READERS) as full:
        _add_past(full.environ)
        for turn in range(1, TURNS + 1):
            # Each is first as often as the other: who comes next pays for what is still written.
            for name, filled in (("empty", empty), ("full", full))[::1 if turn % 2 else -1]:
                planning, claims = _measure(filled.environ, number=turn)
                planned[name].append(planning)
                claimed[name] += claims
    note = f"{OLD:,} old deliveries, {READERS:,} readers; {TURNS} turns"
    _report(OLD_PLANNING, planned, unit="s", note=note)
    _report(OLD_CLAIMING, claimed, unit="s", note=f"{note}, {CLAIMS} claims of {AT_ONCE} each")


def _report(figure: Figure, took: dict[str, list[float]], *, unit: str, note: str) -> None:
    empty, full = (statistics.median(took[name]) for name in ("empty", "full"))
    said = (f"{empty:.3f} {unit} empty ({_range(took['empty'])}), "
            f"{full:.3f} {unit} ({_range(took['full'])}) with {note}")
    # Rates: of the same work, so the other way about.
    named = figure if OLD == NAMED else figure.with_less(f"{OLD:,}")
    report(named, empty / full, note=said)


def _range(took: list[float]) -> str:
    return f"{min(took):.3f} to {max(took):.3f}"


def _add_past(environ: dict[str, str]) -> None:
    owner = make_url(environ["DATABASE_OWNER_URL"]).set(drivername="postgresql")
    with psycopg.connect(owner.render_as_string(False), autocommit=True) as connection:
        connection.execute("set synchronous_commit = off")
        for first in range(1, OLD + 1, MOST_ROWS):
            last = min(first + MOST_ROWS - 1, OLD)
            connection.execute(_PAST, {"first": first, "last": last})
            (opened,) = connection.execute("select open_partition()").fetchone() or (None,)
            assert opened == (first - 1) // MOST_ROWS + 2
        connection.execute("vacuum analyze deliveries")
        (last_id,) = connection.execute("select last_value from deliveries_id_seq").fetchone() or ()
        assert last_id % STRIDE == 0
    checkpoint(environ)


def _measure(environ: dict[str, str], *, number: int) -> tuple[float, list[float]]:
    """The seconds that planning an edition took, and each claim of it with its commit."""
    core = create_core(environ)
    with core.app_context():
        now = clock.now()
        with transaction():
            # Only the newest is under way, so that each turn claims from a ledger just planned.
            db.session.execute(text("update mailings set status = 'paused', paused_at = now()"
                                    " where status = 'sending'"))
            edition_id = material.edition(
                [material.article("data", released_at=now - timedelta(hours=1))],
                send_at=now, number=number,
            ).id
        began = time.monotonic()
        carry_out_edition(edition_id, settings=settings(), now=now)
        planning = time.monotonic() - began
        claimer = Claimer(settings(), signer(), Keyring.load(settings()), worker="bench")
        times = []
        for _ in range(CLAIMS):
            began = time.monotonic()
            with transaction():
                batch = claimer.claim(Lane.BULK, limit=AT_ONCE)
            times.append(time.monotonic() - began)
            assert len(batch.owed) == AT_ONCE
        db.session.remove()
        db.engine.dispose()
    return planning, times
