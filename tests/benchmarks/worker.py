"""The worker for bulk mail as the Procfile starts it, ready before the clock starts."""

import contextlib
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from newsletter.jobs import Lane
from newsletter.local.launcher import kill_group
from tests.benchmarks.machine import HAS_PROC, children
from tests.faults.parts import ROOT, for_python, wait_until

# Empty is what the Procfile says: as many processes as the machine has cores.
PROCESSES = os.environ.get("BENCH_PROCESSES", "")


class Worker:
    """A running worker: its processes, and what it said."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self._process = process
        self.log = log

    @property
    def pids(self) -> list[int]:
        """The first process and its children; nothing where there is no `/proc`."""
        return [self._process.pid, *self.children] if HAS_PROC else []

    @property
    def children(self) -> list[int]:
        """The processes that send."""
        return sorted(children(self._process.pid)) if HAS_PROC else []

    @property
    def is_running(self) -> bool:
        """Whether it has not ended by itself."""
        return self._process.poll() is None

    def is_ready(self) -> bool:
        """Whether it takes jobs. Raises AssertionError when it has ended instead."""
        said = self.log.read_text(encoding="utf-8", errors="replace")
        assert self.is_running, f"the worker has ended:\n{said[-2000:]}"
        return " ready." in said


@contextlib.contextmanager
def worker(
    environ: Mapping[str, str], folder: Path, *, lane: Lane = Lane.BULK, processes: str = PROCESSES
) -> Iterator[Worker]:
    """A worker of that lane; `processes` 0 or empty leaves their number to the Procfile.

    Killed at the end: that a worker ends well is no figure, and waiting for it takes three seconds.
    """
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / f"worker-{lane}.log"
    command = [*_command(lane), "--without-mingle", "--without-gossip", "--loglevel", "INFO",
               *(["--concurrency", processes] if processes else [])]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **environ}, stdout=output, stderr=output,
            # A group to kill, in our session: niceness counts within one (docs/operators.md).
            process_group=0,
        )
    running = Worker(process, log)
    try:
        wait_until(running.is_ready, seconds=60, what="the worker")
        yield running
    finally:
        kill_group(process.pid, signal.SIGKILL)
        process.wait(timeout=10)


def _command(lane: Lane) -> list[str]:
    """The command of the Procfile's worker that serves the lane, with our own Python."""
    for line in (ROOT / "Procfile").read_text(encoding="utf-8").splitlines():
        words = shlex.split(line)
        if "--queues" in words and lane.value in words[words.index("--queues") + 1].split(","):
            return [sys.executable, *for_python(line.partition(": ")[2])]
    raise LookupError(f"the Procfile has no worker for {lane}")
