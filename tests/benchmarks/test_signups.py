"""Sign-ups per second against a bare page, and whether their time tells addresses apart (W04)."""

import os
import random
import statistics
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from sqlalchemy.engine import make_url

from newsletter import clock
from newsletter.core import create_core, signer
from newsletter.deliveries.suppress import SuppressionReason, suppress
from newsletter.extensions import db
from newsletter.transaction import transaction
from tests import material
from tests.benchmarks.readers_at_once import area_under_curve, centile, post_all, timed
from tests.benchmarks.rows import report
from tests.benchmarks.web import QUIET, served, sign_up_form

POSTS = int(os.environ.get("BENCH_SIGNUPS", "1500"))
TRIES = int(os.environ.get("BENCH_TRIES", "120"))
RUNS = int(os.environ.get("BENCH_RUNS", "3"))
PARALLEL = 16

pytestmark = pytest.mark.bench


def _bodies(form: dict[str, str], run: int) -> list[dict[str, str]]:
    return [{**form, "address": f"lezer{run}n{number}@gemeente.example"}
            for number in range(POSTS)]


def test_sign_ups_per_second(
    make_database: Callable[[], dict[str, str]], tmp_path: Path
) -> None:
    environ = {**make_database(), **QUIET}
    owner = make_url(environ["DATABASE_OWNER_URL"]).set(drivername="postgresql")
    database = owner.render_as_string(False)
    with psycopg.connect(database, autocommit=True) as admin:
        admin.execute("create table bare_rows (id bigserial primary key, address text, "
                      "cadence text, at timestamptz default now())")
        with served("wsgi:application", environ) as ours, served(
            "tests.benchmarks.bare:application", {"BARE_DATABASE": database}
        ) as bare:
            form = sign_up_form(ours)
            post_all(ours, _bodies(form, 0)[:200], parallel=PARALLEL)
            post_all(bare, _bodies(form, 0)[:200], parallel=PARALLEL)
            pairs = []
            for run in range(1, RUNS + 1):
                mine = timed(lambda run=run: post_all(  # type: ignore[misc]
                    ours, _bodies(form, run), parallel=PARALLEL))
                theirs = timed(lambda run=run: post_all(  # type: ignore[misc]
                    bare, _bodies(form, run), parallel=PARALLEL))
                pairs.append((mine, theirs))
        (kept,) = admin.execute("select count(*) from address_requests").fetchone() or (0,)
        assert kept == RUNS * POSTS + 200
    rates = [POSTS / mine[0] for mine, _ in pairs]
    ratio = statistics.median(theirs[0] / mine[0] for mine, theirs in pairs)
    p99 = statistics.median(centile(mine[1], 0.99) for mine, _ in pairs)
    report("sign-ups taken, 16 readers at once, two processes", statistics.median(rates),
           unit="posts/s")
    report("the same, p99 of one post", p99 * 1000, unit="ms")
    report("a bare page that inserts one row",
           statistics.median(POSTS / theirs[0] for _, theirs in pairs), unit="posts/s")
    report("sign-ups against the bare page", ratio, unit="x", note="aim 0.5")


def test_time_tells_no_addresses_apart(
    make_database: Callable[[], dict[str, str]], tmp_path: Path
) -> None:
    environ = {**make_database(), **QUIET}
    core = create_core(environ)
    kinds = _addresses(core)
    with served("wsgi:application", environ) as port:
        form = sign_up_form(port)
        order = [(kind, address) for kind, several in kinds.items() for address in several]
        random.Random(8).shuffle(order)  # interleaved, so that the machine's moods fall on all
        post_all(port, [{**form, "address": f"warm{n}@x.example"} for n in range(100)],
                 parallel=1)
        took = post_all(port, [{**form, "address": address} for _, address in order], parallel=1)
    by_kind: dict[str, list[float]] = {kind: [] for kind in kinds}
    for (kind, _), seconds in zip(order, took, strict=True):
        by_kind[kind].append(seconds)
    for kind in kinds:
        if kind != "unknown":
            area = area_under_curve(by_kind[kind], by_kind["unknown"])
            report(f"W04: time of {kind} against unknown, area under the curve", area, unit="",
                   note="0.30 to 0.70")
            assert 0.30 <= area <= 0.70, f"the time of a post tells {kind} from unknown"


def _addresses(core: Flask) -> dict[str, list[str]]:
    """As many addresses of each kind as there are tries."""
    with core.app_context():
        now = clock.now()
        with transaction():
            active = [str(material.reader().subscriber.address) for _ in range(TRIES)]
            pending = [f"wacht{n}@gemeente.example" for n in range(TRIES)]
            for address in pending:
                material.sign_up(address, material.choices("data"), now=now)
            bounced = [str(material.reader().subscriber.address) for _ in range(TRIES)]
            complained = [str(material.reader().subscriber.address) for _ in range(TRIES)]
            for addresses, reason in ((bounced, SuppressionReason.HARD_BOUNCE),
                                      (complained, SuppressionReason.COMPLAINT)):
                for address in addresses:
                    suppress(signer().address_hashes(address)[-1], reason=reason, now=now)
        db.session.remove()
        db.engine.dispose()
    return {"unknown": [f"nieuw{n}@gemeente.example" for n in range(TRIES)], "active": active,
            "pending": pending, "bounced": bounced, "complained": complained}
