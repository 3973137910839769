"""The parts of the service as child processes: started, watched, and started again."""

import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from newsletter.local.console import Console
from newsletter.local.guarded import Guarded

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0
# A part that ran this long was in order: the next pause is short again.
IN_ORDER_SECONDS = 60.0
NICE = (shutil.which("nice") or "/usr/bin/nice", "-n")
BEAT = ("-m", "celery", "--quiet", "-A", "tasks.worker", "beat")
WORKER = ("-X", "no_debug_ranges", "-m", "tasks", "--loglevel", "INFO", "--without-mingle",
          "--without-gossip")

# Of each lane, on one computer: a run of many mails fills its two, and no other waits behind it.
PROCESSES = {"bulk": 2, "prompt": 1, "upkeep": 1, "feeds": 1}


@dataclass(frozen=True)
class PartPlan:
    """What to run under which name; the command is given to our own Python."""

    name: str
    arguments: tuple[str, ...]
    niceness: int = 5


def plans(*, port: int, state: Path) -> list[PartPlan]:
    """The parts, as the Procfile lists them for production, in sizes for one computer.

    The web goes before the others: somebody waits for its pages.
    """
    return [
        PartPlan("web", (
            "-m", "gunicorn", "wsgi:application", "--bind", f"127.0.0.1:{port}", "--workers", "1",
            "--threads", "8", "--graceful-timeout", "3", "--no-control-socket",
            "--log-level", "warning",
        ), niceness=0),
        *(PartPlan(f"worker-{lane}", (
            *WORKER, "--queues", lane, "--hostname", f"{lane}@%h",
            "--concurrency", str(processes),
        )) for lane, processes in PROCESSES.items()),
        PartPlan("beat", (
            *BEAT, "--loglevel", "WARNING", "--pidfile=",
            "--schedule", str(beat_schedule(state)),
        )),
        PartPlan("inbox", ("-m", "newsletter.local.inbox")),
    ]


def beat_schedule(state: Path) -> Path:
    """Beat's own file: one static tick, so it may be lost at any time."""
    return state / "beat"


class Part:
    """One running part; `check` starts it again after it ended, after a pause that grows."""

    def __init__(
        self, plan: PartPlan, *, console: Console, environ: Mapping[str, str], folder: Path
    ) -> None:
        self.name = plan.name
        self._plan = plan
        self._console = console
        self._environ = environ
        self._folder = folder
        self._process: Guarded | None = None
        self._started = 0.0
        self._pause = FIRST_PAUSE_SECONDS
        self._again_at: float | None = None

    def start(self, now: float) -> None:
        """Start it; `now` is a moment on the monotonic clock, in seconds."""
        self._started, self._again_at = now, None
        self._process = Guarded(
            [*NICE, str(self._plan.niceness), sys.executable, *self._plan.arguments],
            output=subprocess.PIPE,
            environ=self._environ,
            folder=self._folder,
        )
        assert self._process.output is not None
        self._console.follow(self.name, self._process.output)

    def check(self, now: float) -> None:
        """See whether it still runs, and start it again when its pause is over."""
        if self._again_at is not None:
            if now >= self._again_at:
                self.start(now)
            return
        code = self._process.exit_code() if self._process else 0
        if code is None:
            return
        if now - self._started > IN_ORDER_SECONDS:
            self._pause = FIRST_PAUSE_SECONDS
        if self._process:
            self._process.wait()
        self._console.say(
            f"{self.name} ended ({ending(code)}); it starts again in {self._pause:.0f} s"
        )
        self._again_at = now + self._pause
        self._pause = min(self._pause * 2, LONGEST_PAUSE_SECONDS)

    def ask_to_stop(self) -> None:
        """Ask it to end and return at once."""
        if self._process:
            self._process.ask_to_stop()

    def stop(self) -> None:
        """Ask it to end and wait; it is killed after its grace."""
        if self._process:
            self._process.stop()


def ending(code: int) -> str:
    """An exit code in words."""
    return f"killed by signal {code - 128}" if code > 128 else f"exit code {code}"
