"""A part that starts in a place that is not ready says so in a line, and never in a traceback."""

import os
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from newsletter.config import load
from newsletter.core import ROOT
from newsletter.reach import silence
from newsletter.start import missing_servers

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
