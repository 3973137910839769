"""`up`: refuses a bad start in one line, and watches what it started."""

import os
import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsletter.local.clean import clean
from newsletter.local.console import Console
from newsletter.local.guarded import Guarded
from newsletter.local.parts import Part, PartPlan
from newsletter.local.prepare import Stamp
from newsletter.local.reach import silent_servers
from tests.faults.parts import wait_until
from tests.journeys.house import free_port

ROOT = Path(__file__).resolve().parents[2]


def _up(state: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    ours = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "NEWSLETTER_ENV")
    inherited = {key: value for key, value in os.environ.items() if key not in ours}
    return subprocess.run(
        [sys.executable, "-m", "newsletter.local.up"], cwd=ROOT, capture_output=True, text=True,
        env={**inherited, "STATE": str(state), **settings}, check=False, timeout=60,
    )


def test_busy_ports_are_refused_with_one_line_each(tmp_path: Path) -> None:
    with socket.socket() as taken, socket.socket() as also_taken:
        ports = []
        for each in (taken, also_taken):
            each.bind(("127.0.0.1", 0))
            each.listen()
            ports.append(str(each.getsockname()[1]))
        result = _up(tmp_path / "state", PORT=ports[0], INBOX_PORT=ports[1])
    assert result.returncode == 2
    lines = result.stderr.splitlines()
    assert len(lines) == 2
    assert ports[0] in lines[0]
    assert " PORT" in lines[0]
    assert " INBOX_PORT" in lines[1]
    clean({"STATE": str(tmp_path / "state")})


def test_a_given_server_that_does_not_answer_is_named_in_one_line(tmp_path: Path) -> None:
    result = _up(tmp_path / "state", REDIS_URL="redis://127.0.0.1:9/0", PORT="0" * 3 + "1")
    assert result.returncode == 2
    assert any("REDIS_URL" in line for line in result.stderr.splitlines())
    assert "Traceback" not in result.stderr


def test_a_file_of_ours_that_cannot_be_written_is_named_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "state" / "log" / "up.log").mkdir(parents=True)
    result = _up(tmp_path / "state", PORT=str(free_port()), INBOX_PORT=str(free_port()))
    assert result.returncode == 2
    (line,) = result.stderr.splitlines()
    assert "up.log cannot be used (Is a directory)" in line
    assert "STATE" in line


def test_production_is_refused(tmp_path: Path) -> None:
    result = _up(tmp_path / "state", NEWSLETTER_ENV="production")
    assert result.returncode == 2
    assert "Procfile" in result.stderr
    assert not (tmp_path / "state").exists()


def test_the_line_about_a_silent_server_tells_no_password() -> None:
    faults = silent_servers({"DATABASE_URL": "postgresql://me:hush@127.0.0.1:9/x",
                             "REDIS_URL": "unix:///nonexistent/socket?db=0"})
    assert [fault.split(" answers at ")[1].split(" ")[0] for fault in faults] == [
        "DATABASE_URL", "REDIS_URL"]
    assert "hush" not in "".join(faults)


def test_a_stamp_holds_until_a_migration_a_seed_or_the_year_changes(tmp_path: Path) -> None:
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    (seeds / "themes.toml").write_text("a", encoding="utf-8")
    now = datetime(2026, 11, 24, tzinfo=UTC)
    stamp = Stamp(tmp_path, project=tmp_path, now=now)
    assert not stamp.is_up_to_date()
    stamp.set()
    assert Stamp(tmp_path, project=tmp_path, now=now).is_up_to_date()
    assert not Stamp(tmp_path, project=tmp_path, now=now.replace(year=2027)).is_up_to_date()
    (seeds / "themes.toml").write_text("b", encoding="utf-8")
    assert not Stamp(tmp_path, project=tmp_path, now=now).is_up_to_date()


def test_a_part_that_dies_is_said_and_started_again_later_each_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    console = Console(tmp_path / "up.log", colour=False)
    plan = PartPlan("web", ("-c", "print('on air', flush=True); raise SystemExit(3)"))
    part = Part(plan, console=console, environ=os.environ, folder=tmp_path)
    now = 0.0
    part.start(now)
    said = ""
    for pause in ("1 s", "2 s", "4 s"):
        deadline = time.monotonic() + 10
        while f"again in {pause}" not in said and time.monotonic() < deadline:
            part.check(now)
            time.sleep(0.02)
            said += capsys.readouterr().out
        assert f"web ended (exit code 3); it starts again in {pause}" in said
        now += float(pause.split()[0])
        part.check(now)
    part.stop()
    console.close()
    assert "web           | on air" in (tmp_path / "up.log").read_text(encoding="utf-8")


def test_kill_9_takes_grandchildren_along(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    grandchild = (
        f"import os, time; open({str(pids)!r}, 'a').write(f'{{os.getpid()}} '); time.sleep(60)"
    )
    child = (
        "import subprocess, sys, time;"
        f"[subprocess.Popen([sys.executable, '-c', {grandchild!r}], start_new_session=s)"
        " for s in (False, True)]; time.sleep(60)"
    )
    script = (
        "import os, sys, time; from newsletter.local.guarded import Guarded;"
        f"g = Guarded([sys.executable, '-c', {child!r}], output=1, environ=os.environ);"
        "time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT)
    wait_until(lambda: pids.exists() and len(pids.read_text().split()) == 2, seconds=30,
               what="the grandchildren")
    parent.kill()
    parent.wait()
    left = [int(pid) for pid in pids.read_text().split()]
    # Of those that left the group only Linux keeps account (prctl(2), child subreaper).
    expected = left if sys.platform == "linux" else left[:1]
    wait_until(lambda: not any(_exists(pid) for pid in expected), seconds=30, what="their end")


def test_a_child_that_ignores_the_signal_is_killed_after_its_grace() -> None:
    script = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "print('up', flush=True); time.sleep(60)"
    )
    stubborn = Guarded(
        [sys.executable, "-c", script],
        output=subprocess.PIPE, environ=os.environ, grace_seconds=0.3,
    )
    assert stubborn.output is not None
    assert stubborn.output.readline() == b"up\n"
    begun = time.monotonic()
    assert stubborn.stop() == 128 + signal.SIGKILL
    assert time.monotonic() - begun < 4
    stubborn.output.close()


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
