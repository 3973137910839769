"""The embedded servers: started, started again, killed; never two in one folder."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from newsletter.errors import BadSettings, ServerMissing
from newsletter.local import programs
from newsletter.local.clean import clean
from newsletter.local.places import Places, can_use, server_user
from newsletter.local.servers import Servers

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def state() -> Iterator[Path]:
    """A state folder that is cleaned up whatever lies elsewhere; its parent lets nobody else in."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "state"
        clean({"STATE": f"{folder}/state"})


@pytest.fixture(scope="module")
def running() -> Iterator[Servers]:
    """Servers for the tests that only look."""
    with tempfile.TemporaryDirectory() as folder:
        with Servers(Path(folder) / "state", environ={}, durable=False) as servers:
            yield servers
        servers.remove()


def _connect(servers: Servers, name: str = "DATABASE_URL") -> psycopg.Connection:
    return psycopg.connect(servers.settings()[name].replace("+psycopg", ""), autocommit=True)


def _still_running(state: Path, seconds: float) -> set[str]:
    """What still holds the state folder or its sockets after at most `seconds`."""
    places = Places(state, server_user())
    sockets = str(places.sockets())
    deadline = time.monotonic() + seconds
    while True:
        listing = subprocess.run(
            ["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True
        ).stdout
        found = {line for line in listing.splitlines() if sockets in line or str(state) in line}
        if not found or time.monotonic() > deadline:
            return found
        time.sleep(0.05)


def test_servers_start_answer_stop_and_start_again_with_what_was_kept(state: Path) -> None:
    with Servers(state, environ={}, durable=False) as servers:
        first = servers.settings()
        with _connect(servers, "DATABASE_OWNER_URL") as connection:
            connection.execute("create table kept (word text)")
            connection.execute("insert into kept values ('nieuwsbrief')")
            connection.execute("create extension pg_trgm")
            connection.execute("create extension unaccent")
        with redis.Redis.from_url(first["REDIS_URL"]) as broker:
            assert broker.ping()
        told = (state / "local.env").read_text(encoding="utf-8")
        assert f"DATABASE_URL={first['DATABASE_URL']}\n" in told
        assert stat.S_IMODE((state / "secret_key").stat().st_mode) == 0o600
    assert not (state / "local.env").exists()
    assert not _still_running(state, 5)

    begun = time.monotonic()
    with Servers(state, environ={}, durable=False) as servers:
        assert time.monotonic() - begun < 3
        assert servers.settings() == first
        with _connect(servers, "DATABASE_OWNER_URL") as connection:
            assert connection.execute("select word from kept").fetchall() == [("nieuwsbrief",)]


def test_the_app_role_is_no_owner_and_no_superuser(running: Servers) -> None:
    with _connect(running) as connection:
        row = connection.execute(
            "select rolname, rolsuper, rolcreaterole, rolcreatedb from pg_roles"
            " where rolname = current_user"
        ).fetchone()
        assert row == ("newsletter_app", False, False, False)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("create table mine (word text)")


def test_servers_listen_on_private_sockets_only(running: Servers) -> None:
    folder = running.places.sockets()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert len(os.fsencode(folder / ".s.PGSQL.5432.lock")) <= 104
    with _connect(running) as connection:
        assert connection.execute("show listen_addresses").fetchone() == ("",)
    with redis.Redis.from_url(running.settings()["REDIS_URL"], decode_responses=True) as broker:
        assert broker.config_get("port") == {"port": "0"}


def test_a_second_copy_in_the_same_folder_is_refused_in_one_line(running: Servers) -> None:
    state = running.places.state
    with pytest.raises(BadSettings) as refusal:
        Servers(state, environ={}).start()
    assert len(refusal.value.faults) == 1
    assert "STATE" in refusal.value.faults[0]
    assert (state / "local.env").exists()


def test_only_servers_without_an_address_are_started(state: Path) -> None:
    given = {"DATABASE_URL": "postgresql://elsewhere/newsletter"}
    with Servers(state, environ=given) as servers:
        assert not list(servers.places.servers_home().glob("postgres-*"))
        assert servers.settings()["DATABASE_URL"] == given["DATABASE_URL"]
        assert "DATABASE_URL" not in (state / "local.env").read_text(encoding="utf-8")


def test_a_server_that_is_killed_is_started_again(state: Path) -> None:
    with Servers(state, environ={}) as servers:
        with _connect(servers, "DATABASE_OWNER_URL") as connection:
            connection.execute("create table kept as select 1 as number")
            data = servers.places.servers_home() / "postgres-18"
            server = int((data / "postmaster.pid").read_text(encoding="ascii").split("\n")[0])
        os.kill(server, signal.SIGKILL)
        revived: list[str] = []
        while not revived:
            revived = servers.revive()
        assert revived == ["postgres"]
        with _connect(servers, "DATABASE_OWNER_URL") as connection:
            assert connection.execute("select number from kept").fetchall() == [(1,)]


def test_kill_9_of_the_parent_leaves_no_process_and_loses_no_committed_row(state: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-m", "tests.local.writer", str(state)],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )
    assert parent.stdout is not None
    for line in parent.stdout:
        if int(line) >= 200:
            parent.kill()
            break
    printed = [int(line) for line in parent.stdout.read().split()]
    parent.stdout.close()
    parent.wait()
    committed = max(printed, default=200)
    assert not _still_running(state, 6)

    with Servers(state, environ={}) as servers, _connect(servers, "DATABASE_OWNER_URL") as left:
        row = left.execute("select count(*), max(number) from counted").fetchone()
    assert row is not None
    # One row may have been committed and not yet printed.
    assert row[0] == row[1]
    assert row[1] in (committed, committed + 1)


def test_programs_out_of_reach_of_the_server_user_are_copied(state: Path) -> None:
    user = server_user()
    places = Places(state, user)
    places.prepare()
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / "brought"
        (package / "bin").mkdir(parents=True)
        shutil.copy("/bin/true", package / "bin" / "server")
        found = programs._within_reach(package / "bin/server", package=package, places=places)
        assert can_use(found, user)
        assert found.name == "server"
        assert (found == package / "bin/server") == (user is None)
        assert stat.S_IMODE(Path(folder).stat().st_mode) == 0o700


def test_a_missing_server_says_what_to_set(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "find_spec", lambda _name: None)
    monkeypatch.setattr(programs, "SYSTEM_POSTGRES", ())
    monkeypatch.setenv("PATH", "/nonexistent")
    places = Places(state, server_user())
    places.prepare()
    with pytest.raises(ServerMissing, match="DATABASE_URL"):
        programs.find_postgres(places)
    with pytest.raises(ServerMissing, match="REDIS_URL"):
        programs.find_valkey(places)


def test_clean_refuses_a_folder_that_is_not_a_state_folder(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("precious", encoding="utf-8")
    with pytest.raises(BadSettings, match="STATE"):
        clean({"STATE": str(tmp_path)})
    assert (tmp_path / "thesis.txt").exists()
