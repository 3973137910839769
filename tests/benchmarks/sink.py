"""Where mail ends that nobody keeps: the cheap sink, Postfix's `smtp-sink`, and what feeds them."""

import os
import re
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Self

from tests.faults.parts import wait_until
from tests.journeys.house import free_port

SOURCE = Path(__file__).with_name("fastsink.c")
SESSIONS = 10
SINK_BACKLOG = 1000
# The longest that any feeding may take; a benchmark that hangs has failed.
LONGEST_SECONDS = 600


class ToolMissing(Exception):
    """A tool that a figure needs is not here; the message says which package has it."""


def program(*names: str, package: str) -> str:
    """The first of these programs that is here. Raises ToolMissing, which names the package."""
    for name in names:
        found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
        if found is not None:
            return found
    raise ToolMissing(f"install {package}")


class Sink:
    """A process that takes every mail; `url` is its address as a setting."""

    def __init__(self, command: list[str], port: int) -> None:
        self.port = port
        self._command = command
        self._process: subprocess.Popen[str] | None = None
        self._said = ""

    @property
    def url(self) -> str:
        """Its address as a setting."""
        return f"smtp://127.0.0.1:{self.port}?tls=none"

    @property
    def pid(self) -> int:
        """The number of its process, which runs."""
        assert self._process is not None
        return self._process.pid

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self._command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        wait_until(self._answers, seconds=10, what="the sink")
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> str:
        """Stop it; what it said."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._said, self._process = self._process.communicate(timeout=10)[0], None
        return self._said

    def counts(self) -> dict[str, int]:
        """Stop the cheap sink; its counts by their names, such as `msgs`, `bytes` and `dup`."""
        return {name: int(value) for name, value in re.findall(r"(\w+)=(\d+)", self.stop())}

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, "the sink has ended"
        with socket.socket() as asking:
            return asking.connect_ex(("127.0.0.1", self.port)) == 0


def cheap_sink(folder: Path) -> Sink:
    """The cheapest sink, of `fastsink.c`. Raises ToolMissing without a C compiler."""
    compiler = program("cc", "gcc", "clang", package="gcc")
    made = folder / "fastsink"
    if not made.exists():
        subprocess.run([compiler, "-O2", "-w", "-o", str(made), str(SOURCE)], check=True)
    port = free_port()
    return Sink([str(made), str(port)], port)


def postfix_sink() -> Sink:
    """Postfix's `smtp-sink`. Raises ToolMissing."""
    port = free_port()
    as_nobody = ["-u", "nobody"] if os.geteuid() == 0 else []  # it refuses to run as root
    return Sink(
        [program("smtp-sink", package="postfix"), *as_nobody, f"127.0.0.1:{port}",
         str(SINK_BACKLOG)], port
    )


def feed(sinks: list[Sink], *, messages: int, octets: int) -> float:
    """Messages a second of Postfix's load generator, in one process for each sink.

    Each has `SESSIONS` lasting connections and sends its share of the messages. Raises
    ToolMissing, CalledProcessError.
    """
    source = program("smtp-source", package="postfix")
    share = messages // len(sinks)
    began = time.monotonic()
    running = [
        subprocess.Popen([
            source, "-d", "-s", str(SESSIONS), "-l", str(octets), "-m", str(share),
            "-f", "a@sender.example", "-t", "u0@plain.example", f"127.0.0.1:{sink.port}",
        ])
        for sink in sinks
    ]
    for process in running:
        if process.wait(timeout=LONGEST_SECONDS) != 0:
            raise subprocess.CalledProcessError(process.returncode, source)
    return share * len(sinks) / (time.monotonic() - began)


def feed_counted(sinks: list[Sink], *, messages: int, octets: int) -> tuple[float, float]:
    """The same, and the CPU seconds that the load generator took for it. Raises the same."""
    before = os.times()
    rate = feed(sinks, messages=messages, octets=octets)
    after = os.times()
    return rate, (after.children_user - before.children_user
                  + after.children_system - before.children_system)
