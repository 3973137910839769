"""Claims beside a long past: partial indexes keep their size with the work, not with history."""

import os
import statistics
import time
import uuid
from collections.abc import Callable
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from newsletter import clock
from newsletter.core import create_core, settings
from newsletter.deliveries.claim import claim, release
from newsletter.extensions import db
from newsletter.jobs import Lane
from newsletter.sending.carry_out import carry_out_edition
from newsletter.transaction import transaction
from seeds.copy_readers import copy_readers, number_of_themes
from seeds.readers import make_readers
from tests import material
from tests.benchmarks.rows import report

OLD = int(os.environ.get("BENCH_OLD_DELIVERIES", "2000000"))
CLAIMS = 300

pytestmark = pytest.mark.bench

_PAST = """
    insert into deliveries (kind, lane, account_id, variant_id, status, created_at, due_at,
                            sent_at, ended_at, attempts, message_id)
    select 'edition', 'bulk', a.id, null, 'sent', now() - interval '1 year',
           now() - interval '1 year', now(), now(), 1, 'old' || n
      from generate_series(1, %(old)s) n, accounts a
"""


def test_claims_and_planning_with_an_old_ledger(
    make_database: Callable[[], dict[str, str]],
) -> None:
    empty_plan, empty_claim = _measure(make_database(), old=0)
    full_plan, full_claim = _measure(make_database(), old=OLD)
    report("a claim of eight, empty ledger", empty_claim * 1000, unit="ms")
    report(f"a claim of eight, {OLD:,} old deliveries", full_claim * 1000, unit="ms")
    report("rate of claims with the past, against without", empty_claim / full_claim, unit="x")
    report("rate of planning with the past, against without", empty_plan / full_plan, unit="x")


def _measure(environ: dict[str, str], *, old: int) -> tuple[float, float]:
    owner = make_url(environ["DATABASE_OWNER_URL"]).set(drivername="postgresql")
    with psycopg.connect(owner.render_as_string(False), autocommit=True) as connection:
        connection.execute(
            "insert into accounts (email, name, active, fs_uniquifier, language, created_at)"
            " values ('a@b.example', 'a', true, 'a', 'nl', now())"
        )
        connection.execute(_PAST, {"old": old})
        connection.execute("vacuum analyze deliveries")
    core = create_core(environ)
    with core.app_context():
        with transaction():
            made = make_readers(5000, seed=1, themes=number_of_themes(), now=clock.now())
            copy_readers(db.session(), made, on_done=lambda _count: None)
            edition_id = material.edition([material.article("data")], send_at=clock.now()).id
        began = time.monotonic()
        carry_out_edition(edition_id, settings=settings(), now=clock.now())
        planning = time.monotonic() - began
        times = []
        for _ in range(CLAIMS):
            claim_id = uuid.uuid4()
            began = time.monotonic()
            with transaction():
                claimed = claim(Lane.BULK, limit=8, claim_id=claim_id, lease=timedelta(minutes=5))
            times.append(time.monotonic() - began)
            assert len(claimed) == 8
            with transaction():
                release([each.id for each in claimed], claim_id=claim_id, wait=timedelta(0))
        db.session.execute(text("select 1"))
        db.session.remove()
        db.engine.dispose()
    return planning, statistics.median(times)
