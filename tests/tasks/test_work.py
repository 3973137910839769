"""A worker takes up what its queues need, and holds nothing else in its memory."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsletter.config import load
from newsletter.core import ROOT, create_core
from newsletter.deliveries.heartbeat import BULK, last_beat
from newsletter.dkim_folder import path_of
from newsletter.dkim_keys import sender_domain
from newsletter.dkim_rotation import make_keys, use_keys
from newsletter.extensions import db
from newsletter.jobs import Job, enqueue
from newsletter.mailer.dkim import ED25519
from newsletter.start import NOT_LOADED
from tasks.__main__ import UNUSED
from tasks.lanes import BULK_NICENESS
from tests.benchmarks.machine import HAS_PROC, PROC, children
from tests.faults.parts import wait_until

# Of the doors, of feeds and imports, of writing mails and planning dates; and of Celery's shell.
OTHERS = {"feedparser", "httpx", "icalendar", "PIL", "webauthn", "zxcvbn", "flask_security",
          "flask_babel", "flask_wtf", "mjml", "nh3", "markdown_it", "holidays", "prompt_toolkit",
          "click_repl", "pycparser"}
MakeDatabase = Callable[[], dict[str, str]]
TASKS = "-m", "tasks"
# On a busy machine a process that was forked with the lowest claim to it may begin much later.
TASKS_BORN_LATE = """
import os, runpy, time
def wait():
    while not os.path.exists({path!r}):
        time.sleep(0.05)
os.register_at_fork(after_in_child=wait)
runpy.run_module("tasks", run_name="__main__", alter_sys=True)
"""


@contextmanager
def worker(
    environ: dict[str, str], log: Path, *queues: str, program: tuple[str, ...] = TASKS,
    processes: int = 1,
) -> Iterator[subprocess.Popen[bytes]]:
    """A worker that is ready; its log names every module as it is imported."""
    command = [sys.executable, "-X", "importtime", *program, "--queues", ",".join(queues),
               "--hostname", f"{log.stem}@%h", "--concurrency", str(processes),
               "--without-mingle", "--without-gossip", "--loglevel", "INFO"]
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environ},
                                   stdout=output, stderr=output)
    try:
        wait_until(lambda: " ready." in log.read_text(encoding="utf-8"), seconds=60, what="it")
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)


def _niceness(pid: int) -> int:
    return os.getpriority(os.PRIO_PROCESS, pid)


def imported(log: Path) -> set[str]:
    """The modules that the worker and its children imported, and their packages."""
    found = re.findall(r"^import time:[\s\d|]+\|\s+([\w.]+)$",
                       log.read_text(encoding="utf-8"), re.MULTILINE)
    return {*found, *(name.partition(".")[0] for name in found)}


def test_a_worker_of_editions_and_digests_gives_way_and_imports_nothing_that_only_others_need(
    make_database: MakeDatabase, tmp_path: Path
) -> None:
    log = tmp_path / "bulk.log"
    with worker(make_database(), log, "bulk") as process:
        assert _niceness(process.pid) == BULK_NICENESS
    seen = imported(log)
    assert {"newsletter.sending.write", "cryptography", "celery"} <= seen
    assert OTHERS & seen == set()
    # These are asked for, and said not to be there.
    assert {name.partition(".")[0] for name in seen if "." in name} & set(UNUSED) == set()
    assert {name for name in seen if name.startswith("newsletter.")} & {
        "newsletter.emails.templates", "newsletter.emails.compile", "newsletter.sending.single",
        "newsletter.working_days", "newsletter.web", "newsletter.fetching.fetch",
    } == set()


def test_a_worker_of_single_mails_has_what_writes_them(
    make_database: MakeDatabase, tmp_path: Path
) -> None:
    log = tmp_path / "prompt.log"
    with worker(make_database(), log, "prompt") as process:
        assert _niceness(process.pid) == _niceness(0)
    assert {"newsletter.sending.single", "newsletter.subscribers.take_requests", "mjml"} <= (
        imported(log))


def test_no_process_of_a_worker_outlives_it_when_it_is_killed(
    make_database: MakeDatabase, tmp_path: Path
) -> None:
    environ = make_database()
    with worker(environ, tmp_path / "killed.log", "bulk") as process:
        with create_core(environ).app_context():
            # The worker is ready before its processes are; one that did something is.
            enqueue(Job.LIVE_BULK)
            try:
                wait_until(lambda: last_beat(BULK) is not None, seconds=60, what="a sign of life")
            finally:
                db.session.remove()
                db.engine.dispose()
        sending = _sending_processes(process.pid)
        for pid in sending:
            os.kill(pid, signal.SIGSTOP)  # so that it cannot end by itself
        process.kill()
        _wait_for_end(sending)


def test_no_process_of_a_worker_outlives_it_when_it_is_killed_before_that_one_has_begun(
    make_database: MakeDatabase, tmp_path: Path
) -> None:
    worker_is_gone = tmp_path / "gone"
    program = "-c", TASKS_BORN_LATE.format(path=str(worker_is_gone))
    with worker(make_database(), tmp_path / "born.log", "bulk", program=program,
                processes=2) as process:
        # Two, for what one alone waits for ends with its worker.
        sending = _sending_processes(process.pid)
        assert len(sending) == 2 or not HAS_PROC
        process.kill()
        process.wait()
        worker_is_gone.touch()
        _wait_for_end(sending)


def test_a_worker_without_processes_of_its_own_is_no_orphan(
    make_database: MakeDatabase, tmp_path: Path
) -> None:
    program = *TASKS, "--pool", "solo"
    with worker(make_database(), tmp_path / "solo.log", "bulk", program=program) as process:
        assert process.poll() is None


def _sending_processes(worker: int) -> list[int]:
    found = children(worker) if HAS_PROC else []
    assert found or not HAS_PROC
    return found


def _wait_for_end(processes: list[int]) -> None:
    try:
        wait_until(lambda: not any(map(_runs, processes)), seconds=60, what="their end")
    finally:
        for pid in filter(_runs, processes):
            os.kill(pid, signal.SIGKILL)


def _runs(pid: int) -> bool:
    try:
        stat = (PROC / str(pid) / "stat").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


@pytest.mark.parametrize(("options", "said"), [
    (["--queues", "bulk,bluk"], "bulk, prompt, upkeep, feeds"),
    ([], "bulk, prompt, upkeep, feeds"),
    (["--queues", "bulk", "--detach"], "--detach"),
    (["--queues", "bulk", "--", "worker.prefetch_multiplier=1"], "settings after --"),
])
def test_what_a_worker_cannot_do_is_refused_in_words(
    make_database: MakeDatabase, options: list[str], said: str
) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "tasks", *options], cwd=ROOT, check=False,
        env={**os.environ, **make_database()}, capture_output=True, text=True, timeout=60,
    )
    assert ended.returncode == 2
    assert said in ended.stderr


@pytest.mark.parametrize("queue", ["bulk", "prompt"])
def test_a_worker_whose_key_others_may_read_ends_with_a_line_that_says_so(
    make_database: MakeDatabase, tmp_path: Path, queue: str
) -> None:
    given = make_database()
    folder, settings = tmp_path / "dkim", load(given)
    now = datetime(2026, 10, 1, tzinfo=UTC)
    domain = sender_domain(settings)
    (made,) = make_keys(folder, domain=domain, algorithms=[ED25519], now=now)
    use_keys(folder, [made.selector], sender_domain=domain, now=now)
    path_of(folder, made.selector).chmod(0o644)
    ended = subprocess.run(
        [sys.executable, "-m", "tasks", "--queues", queue], cwd=ROOT, check=False,
        env={**os.environ, **given, "DKIM_KEYS": str(folder)}, capture_output=True, text=True,
        timeout=60,
    )
    assert ended.returncode == NOT_LOADED
    assert ended.stderr.splitlines() == [
        f"DKIM_KEYS: {path_of(folder, made.selector)} may be read by others: chmod 600."]
