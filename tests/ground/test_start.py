"""A part that starts in a place that is not ready says so in a line, and never in a traceback."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from alembic.script import ScriptDirectory
from sqlalchemy.engine import make_url

from newsletter.config import load
from newsletter.core import ROOT, create_core
from newsletter.reach import silence
from newsletter.schema_version import fault_of, needed
from newsletter.start import NOT_LOADED, missing_servers, start

BEHIND = f"The schema is at 0030, not at {needed()}: run `newsletter database upgrade`."
PARTS = {
    "web": ("gunicorn", "wsgi:application", "--bind", "127.0.0.1:0", "--no-control-socket",
            "--log-level", "critical"),
    "worker": ("tasks", "--queues", "bulk"),
    "beat": ("celery", "--quiet", "-A", "tasks.worker", "beat"),
}
GIVEN = {
    "STATE": "/nonexistent",
    "DATABASE_URL": "postgresql://app:secret@127.0.0.1:9/newsletter",
    "REDIS_URL": "unix:///nonexistent/valkey.sock?db=0",
    "SECRET_KEY": "k" * 32,
}


@pytest.mark.parametrize("part", PARTS)
def test_a_part_without_its_settings_ends_with_one_line_for_each(
    part: str, tmp_path: Path
) -> None:
    kept = {key: value for key, value in os.environ.items() if key not in GIVEN}
    ended = subprocess.run(
        [sys.executable, "-m", *PARTS[part]], cwd=ROOT, capture_output=True, text=True,
        env={**kept, "STATE": str(tmp_path)}, check=False, timeout=60,
    )
    assert ended.returncode != 0
    assert [line.split()[0] for line in ended.stderr.splitlines()] == [
        "DATABASE_URL", "REDIS_URL", "SECRET_KEY",
    ]


def test_a_server_that_is_away_is_told_with_what_to_set() -> None:
    database, broker = missing_servers(load(GIVEN))
    assert database.startswith("No PostgreSQL answers at DATABASE_URL (127.0.0.1:9: ")
    assert "set REDIS_URL" in broker
    assert "secret" not in database


def test_a_server_that_listens_is_not_told(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with (
        socket.create_server(("127.0.0.1", 0)) as database,
        socket.socket(socket.AF_UNIX) as broker,
    ):
        broker.bind(str(path))
        broker.listen()
        settings = replace(
            load(GIVEN), redis_url=f"unix://{path}?db=0",
            database_url=f"postgresql+psycopg://app@127.0.0.1:{database.getsockname()[1]}/x",
        )
        assert missing_servers(settings) == []


def test_a_database_address_without_a_host_is_left_to_the_client_library() -> None:
    assert silence("postgresql:///newsletter", default_port=5432) == ""


def _put_at(given: dict[str, str], version: str) -> None:
    owner = make_url(given["DATABASE_OWNER_URL"])
    arguments = owner.get_dialect()().create_connect_args(owner)[1]
    with psycopg.connect(**arguments) as connection:
        connection.execute("update alembic_version set version_num = %s", [version])


def test_the_schema_that_is_needed_is_the_newest_migration() -> None:
    scripts = ScriptDirectory(str(ROOT / "migrations"))
    assert needed() == scripts.get_current_head()
    assert all(len(each.revision) == len(needed()) for each in scripts.walk_revisions())


def test_no_part_starts_on_a_schema_that_is_older_than_its_code(
    make_database: Callable[[], dict[str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    given = make_database()
    _put_at(given, "0030")
    with pytest.raises(SystemExit) as ended:
        start(lambda: create_core(given))
    assert ended.value.code == NOT_LOADED
    assert capsys.readouterr().err.splitlines() == [BEHIND]


def test_gunicorn_ends_at_once_on_an_older_schema(
    make_database: Callable[[], dict[str, str]]
) -> None:
    given = make_database()
    _put_at(given, "0030")
    ended = subprocess.run(
        [sys.executable, "-m", *PARTS["web"]], cwd=ROOT, capture_output=True, text=True,
        env={**os.environ, **given}, check=False, timeout=60,
    )
    assert ended.returncode == NOT_LOADED
    assert ended.stderr.splitlines() == [BEHIND]


def test_a_database_without_tables_is_refused_with_what_to_run(
    settings_of: Callable[[str], dict[str, str]]
) -> None:
    assert "no tables yet" in fault_of(load(settings_of("postgres")).database_url)


def test_code_goes_on_with_a_schema_that_is_newer(
    make_database: Callable[[], dict[str, str]]
) -> None:
    given = make_database()
    _put_at(given, "9999")
    assert start(lambda: create_core(given)).name == "newsletter"


def test_a_database_that_cannot_be_asked_keeps_no_part_from_starting() -> None:
    assert fault_of(load(GIVEN).database_url) == ""
