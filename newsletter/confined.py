"""Work on what strangers made, in a process of its own that may take only so much.

No limit inside a process binds a decoder that is written in C: it answers no signal of Python's
and asks nobody for memory. The kernel's limits bind a whole process, whatever runs in it; so the
work gets one, and when it ends there, the request that waits for it goes on. It is a new program
and no fork: a copy of a process with threads may stand still at a lock that nobody opens.
"""

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from math import ceil
from pathlib import Path

_ROOT = Path(__file__).parents[1]
# What an interpreter needs to start. The rest of our environment holds secrets.
_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "PYTHONHOME", "PYTHONPATH")
_NO_MEMORY = 71  # the exit code that says so


@dataclass(frozen=True)
class Limits:
    """What the work may take: seconds of a core, bytes of memory, seconds by the clock.

    The dearest honest picture takes three seconds and 400 MB. The clock ends what stands still, or
    what a busy machine keeps waiting.
    """

    cpu_seconds: int = 12
    memory_bytes: int = 768 * 1024 * 1024
    seconds: float = 60.0


class End(StrEnum):
    """How the work came to its end."""

    DONE = "done"
    CPU = "cpu"
    MEMORY = "memory"
    CLOCK = "clock"
    CRASH = "crash"  # by a signal that no limit sends


# A machine without memory left kills.
_SIGNALS: dict[int, End] = {signal.SIGXCPU: End.CPU, signal.SIGKILL: End.MEMORY}


@dataclass(frozen=True)
class Outcome:
    """How the work ended, and what it gave when it was done."""

    end: End
    given: bytes = b""


def run_confined(
    work: Callable[[bytes], bytes], taken: bytes, *, limits: Limits | None = None
) -> Outcome:
    """What `work` gives for `taken`, or which limit ended it. Raises RuntimeError at a fault of it.

    `work` is a function at the top of a module.
    """
    limits = limits or Limits()
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and our own names
            [sys.executable, "-m", __name__, work.__module__, work.__name__,
             str(limits.cpu_seconds), str(limits.memory_bytes)],
            input=taken, capture_output=True, timeout=limits.seconds, check=False, cwd=_ROOT,
            env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
        )
    except subprocess.TimeoutExpired:
        return Outcome(End.CLOCK)
    if done.returncode == 0:
        return Outcome(End.DONE, done.stdout)
    if done.returncode == _NO_MEMORY:
        return Outcome(End.MEMORY)
    if done.returncode > 0:
        raise RuntimeError(done.stderr.decode("utf-8", "replace")[-2_000:])
    return Outcome(_SIGNALS.get(-done.returncode, End.CRASH))


def _confine(cpu_seconds: int, memory_bytes: int) -> None:
    """Limits for this process, from here on; what it took to start does not count."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    # At the first the kernel warns (SIGXCPU, which ends a program), at the second it kills.
    until = ceil(used.ru_utime + used.ru_stime) + cpu_seconds
    _lower(resource.RLIMIT_CPU, until, until + 1)
    # Elsewhere the kernel does not keep to it, or refuses it.
    if sys.platform == "linux":
        _lower(resource.RLIMIT_AS, memory_bytes, memory_bytes)
    # Who reaches a limit leaves nothing of what a person chose on the disk.
    _lower(resource.RLIMIT_CORE, 0, 0)


def _lower(kind: int, soft: int, hard: int) -> None:
    """Both limits, or what stands already where that is lower: nobody may raise the second."""
    _, most = resource.getrlimit(kind)
    if most != resource.RLIM_INFINITY:
        soft, hard = min(soft, most), min(hard, most)
    resource.setrlimit(kind, (soft, hard))


def _main(module: str, name: str, cpu_seconds: str, memory_bytes: str) -> int:
    work: Callable[[bytes], bytes] = getattr(import_module(module), name)
    _confine(int(cpu_seconds), int(memory_bytes))
    try:
        sys.stdout.buffer.write(work(sys.stdin.buffer.read()))
    except MemoryError:
        return _NO_MEMORY
    return 0


if __name__ == "__main__":
    sys.exit(_main(*sys.argv[1:]))
