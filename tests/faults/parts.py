"""The parts as an operator runs them, each a process of its own that a test may kill."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Self

ROOT = Path(__file__).resolve().parent.parent.parent
CELERY = [sys.executable, "-m", "celery", "-A", "tasks.worker"]
COMMANDS = {
    "worker": [*CELERY, "worker", "-Q", "bulk,upkeep", "-c", "1", "-n", "bulk@%h"],
    "worker-prompt": [*CELERY, "worker", "-Q", "prompt", "-c", "1", "-n", "prompt@%h"],
    "beat": [*CELERY, "beat"],
    "web": [sys.executable, "-m", "gunicorn", "wsgi:application", "--threads", "8",
            "--no-control-socket"],
    "inbox": [sys.executable, "-m", "newsletter.local.inbox"],
}


class Part:
    """One part, with all its processes in a group of their own."""

    def __init__(self, name: str, environ: Mapping[str, str], folder: Path) -> None:
        self._command = list(COMMANDS[name])
        if name == "beat":
            self._command += ["--schedule", str(folder / "beat"), "--pidfile", ""]
        if name == "web":
            self._command += ["--bind", f"127.0.0.1:{environ['PORT']}", "--log-level", "warning"]
        if name not in ("web", "inbox"):
            self._command += ["--loglevel", "WARNING"]
        self._environ = {**os.environ, **environ, "PYTHONPATH": str(ROOT)}
        self._log = (folder / f"{name}.log").open("ab")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        """Start it; it was not running."""
        self._process = subprocess.Popen(
            self._command, cwd=ROOT, env=self._environ, stdout=self._log, stderr=self._log,
            start_new_session=True,
        )
        return self

    def kill(self) -> None:
        """SIGKILL to every process of the part at once: no goodbye, no handler."""
        self._signal(signal.SIGKILL)

    def freeze(self) -> None:
        """SIGSTOP to every process of the part: it sleeps with its connections open."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT: it wakes and knows nothing of the time between."""
        self._signal(signal.SIGCONT)

    def stop(self, *, seconds: float = 30.0) -> int:
        """SIGTERM to its first process and wait; the exit code. Raises TimeoutExpired."""
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(timeout=seconds)

    def close(self) -> None:
        """Leave nothing behind."""
        self._signal(signal.SIGKILL)
        self._log.close()

    def _signal(self, number: int) -> None:
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)
        if number == signal.SIGKILL:
            self._process.wait(timeout=10)
            self._process = None


def wait_until(truth: Callable[[], bool], *, seconds: float, what: str) -> None:
    """Wait until it is so. Raises AssertionError that says what never came."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if truth():
            return
        time.sleep(0.05)
    raise AssertionError(f"{what} did not come within {seconds} s")
