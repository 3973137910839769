"""What the machine knows of processes: their children, their CPU time, the memory they ever had.

From `/proc`, which Linux alone has; elsewhere the figures that need it are not run.
"""

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
    total = 0
    for pid in pids:
        fields = (PROC / str(pid) / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])  # utime and stime, of proc(5)
    return total / _TICKS


def peak_megabytes(pid: int) -> float:
    """The most memory that the process ever had resident, shared pages included, in MB."""
    for line in (PROC / str(pid) / "status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise LookupError(f"process {pid} tells no memory")
