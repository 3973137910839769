"""The parts as the Procfile lists them, each a process of its own that a test may kill."""

import contextlib
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self

ROOT = Path(__file__).resolve().parent.parent.parent
PROCFILE = dict(
    line.split(": ", 1) for line in (ROOT / "Procfile").read_text(encoding="utf-8").splitlines()
)
WORKERS = tuple(name for name in PROCFILE if name.startswith("worker"))
# One process for each lane, and a quick start: no greeting of other workers.
SMALL = ["--concurrency", "1", "--without-mingle", "--without-gossip", "--loglevel", "WARNING"]


def command_of(
    name: str, *, environ: Mapping[str, str], folder: Path, entry: str = ""
) -> list[str]:
    """The command of a part in a size for tests; `folder` is for its files and names its node.

    `entry` is another module in the place of the Procfile's.
    """
    if name == "web":
        return [sys.executable, "-m", "gunicorn", "wsgi:application", "--threads", "8",
                "--no-control-socket", "--bind", f"127.0.0.1:{environ['PORT']}",
                "--log-level", "warning"]
    if name == "inbox":
        return [sys.executable, "-m", "newsletter.local.inbox"]
    arguments = for_python(PROCFILE[name])
    if entry:
        arguments[arguments.index("-A" if name == "beat" else "-m") + 1] = entry
    if name == "beat":
        arguments += ["--schedule", str(folder / "beat"), "--pidfile", "", "--loglevel", "WARNING"]
    else:
        arguments += [*SMALL, "--hostname", f"{name}.{folder.name}@%h"]
    return [sys.executable, *arguments]


def for_python(line: str) -> list[str]:
    """A command of the Procfile as arguments of our own Python."""
    program, *arguments = shlex.split(line)
    return arguments if program == "python" else ["-m", program, *arguments]


class Part:
    """One part, with all its processes in a group of their own.

    `prefix` is a command that runs it elsewhere, such as in another network namespace.
    """

    def __init__(
        self, name: str, environ: Mapping[str, str], folder: Path, *,
        prefix: Sequence[str] = (), entry: str = "",
    ) -> None:
        self.name = name
        self._command = [
            *prefix, *command_of(name, environ=environ, folder=folder, entry=entry)
        ]
        self._environ = {**os.environ, **environ, "PYTHONPATH": _path(environ)}
        self._log = (folder / f"{name}.log").open("ab")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def is_running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.poll() is None

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


def _path(environ: Mapping[str, str]) -> str:
    """Where imports are looked for: what the test adds goes first."""
    return os.pathsep.join(filter(None, (environ.get("PYTHONPATH"), str(ROOT))))


def wait_until(truth: Callable[[], bool], *, seconds: float, what: str) -> None:
    """Wait until it is so. Raises AssertionError that says what never came."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if truth():
            return
        time.sleep(0.05)
    raise AssertionError(f"{what} did not come within {seconds} s")
