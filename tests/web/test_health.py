"""`/healthz` answers whatever the database does: live, silent, hanging or locked."""

import contextlib
import os
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from sqlalchemy.engine import make_url

from newsletter import clock
from newsletter.app import create_app
from newsletter.deliveries.heartbeat import BEAT, beat
from newsletter.extensions import db
from newsletter.local.servers import Servers
from newsletter.schema import upgrade_schema

# Well above what the page allows itself, well below what a probe or a person would wait.
SOON_SECONDS = 9.0
AWAY = {"database": "does not answer", "broker": "ok", "beat": "unknown"}


@contextlib.contextmanager
def _web(environ: dict[str, str]) -> Iterator[Flask]:
    app = create_app(environ)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def _health(app: Flask) -> tuple[int, dict[str, str]]:
    """Status and parts, asked from a thread that the test can leave behind when it hangs."""
    found = []

    def ask() -> None:
        answer = app.test_client().get("/healthz")
        found.append((answer.status_code, answer.get_json()["parts"]))

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(SOON_SECONDS)
    assert found, "/healthz hangs"
    return found[0]


def test_a_database_that_answers_is_well_and_the_beat_is_told_by_its_age(
    make_database: Callable[[], dict[str, str]]
) -> None:
    with _web(make_database()) as app:
        for ago, word in ((None, "not seen yet"), (400, "silent"), (100, "ok")):
            if ago is not None:
                beat(BEAT, now=clock.now() - timedelta(seconds=ago))
                db.session.commit()
            assert _health(app) == (200, {"database": "ok", "broker": "ok", "beat": word})


def test_a_database_without_our_tables_is_a_503(settings_of: Callable[[str], dict[str, str]]
                                                ) -> None:
    with _web(settings_of("postgres")) as app:
        assert _health(app) == (503, AWAY)


def test_a_database_with_an_older_schema_is_a_503(
    make_database: Callable[[], dict[str, str]]
) -> None:
    given = make_database()
    address = make_url(given["DATABASE_OWNER_URL"])
    arguments = address.get_dialect()().create_connect_args(address)[1]
    with psycopg.connect(**arguments) as owner:
        owner.execute("update alembic_version set version_num = '0030'")
    with _web(given) as app:
        status, parts = _health(app)
        assert (status, parts["database"]) == (503, "is behind")
        assert app.test_client().get("/healthz").get_json()["ready"] is False


def test_a_socket_that_takes_everybody_on_and_says_nothing_is_a_503(
    settings_of: Callable[[str], dict[str, str]]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://newsletter_app:x@127.0.0.1:{silent.getsockname()[1]}/newsletter"
        with _web({**settings_of("none"), "DATABASE_URL": url}) as app:
            before = threading.active_count()
            assert _health(app) == (503, AWAY)
            assert threading.active_count() == before


def test_a_postgresql_that_is_frozen_with_all_its_processes_is_a_503_until_it_thaws(
    settings_of: Callable[[str], dict[str, str]]
) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="nl-") as folder,
        Servers(Path(folder) / "state", environ={}, durable=False) as own,
        _web({**settings_of("none"), **own.settings()}) as app,
    ):
        upgrade_schema()
        assert _health(app)[0] == 200
        before = threading.active_count()
        with _frozen(own.settings()["DATABASE_URL"]):
            assert _health(app) == (503, AWAY)
        assert _health(app)[0] == 200
        assert threading.active_count() == before


@contextlib.contextmanager
def _frozen(url: str) -> Iterator[None]:
    """The server and each of its processes take no step, as on a machine that hangs."""
    host = str(make_url(url).query["host"])
    with psycopg.connect(host=host, user="postgres", dbname="postgres", autocommit=True) as admin:
        row = admin.execute("show data_directory").fetchone()
        assert row is not None
        server = int((Path(row[0]) / "postmaster.pid").read_text("ascii").splitlines()[0])
        others = [pid for pid, in admin.execute("select pid from pg_stat_activity")]
        for pid in (server, *others):
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in (*others, server):
                os.kill(pid, signal.SIGCONT)


def test_a_question_that_waits_behind_a_lock_is_given_up_on_both_sides(
    make_database: Callable[[], dict[str, str]]
) -> None:
    environ = make_database()
    url = make_url(environ["DATABASE_OWNER_URL"])
    with (
        _web(environ) as app,
        psycopg.connect(host=str(url.query["host"]), user="postgres",
                        dbname=str(url.database)) as owner,
    ):
        owner.execute("lock table alembic_version")
        assert _health(app) == (503, AWAY)
        until = time.monotonic() + SOON_SECONDS
        while _sessions_of_health(owner) and time.monotonic() < until:
            time.sleep(0.05)
        assert _sessions_of_health(owner) == 0
        owner.rollback()
        assert _health(app)[0] == 200


def _sessions_of_health(owner: psycopg.Connection) -> int:
    owner.execute("select pg_stat_clear_snapshot()")
    row = owner.execute("select count(*) from pg_stat_activity where datname = current_database()"
                        " and application_name = 'newsletter health'").fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize("method", ["get", "head"])
def test_nobody_keeps_the_answer(app: Flask, method: str) -> None:
    answer = getattr(app.test_client(), method)("/healthz")
    assert answer.headers["Cache-Control"] == "no-store"
