"""What the machine knows of processes: their children, their CPU time, the memory they ever had.

From `/proc`, which Linux alone has; elsewhere the figures that need it are not run.
"""

import contextlib
import os
from pathlib import Path

PROC = Path("/proc")
HAS_PROC = (PROC / "self" / "task").is_dir()
_TICKS = os.sysconf("SC_CLK_TCK")


def children(pid: int) -> list[int]:
    """The processes that this one started and that still run."""
    tasks = (PROC / str(pid) / "task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text(encoding="ascii").split()]


def cpu_seconds(pids: list[int]) -> float:
    """The CPU time of these processes since they began, in user and in kernel mode."""
    return sum(sum(_times(pid)[:2]) for pid in pids)


def family_cpu_seconds(pid: int) -> float:
    """The same of a process with its children, also of those that ended and were waited for."""
    total = 0.0
    for child in children(pid):
        # One that ends meanwhile is among those that were waited for.
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            total += cpu_seconds([child])
    return total + sum(_times(pid))


def _times(pid: int) -> list[float]:
    """Of proc(5), in seconds: utime and stime, and cutime and cstime."""
    fields = (PROC / str(pid) / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return [int(field) / _TICKS for field in fields[11:15]]


def peak_megabytes(pid: int) -> float:
    """The most memory that the process ever had resident, shared pages included, in MB."""
    for line in (PROC / str(pid) / "status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise LookupError(f"process {pid} tells no memory")
