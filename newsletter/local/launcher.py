"""Stands between a parent and one child process, so that the child never outlives the parent.

Run as `python -I -S launcher.py WATCH HELD UID GID STOP ORPHAN GRACE COMMAND…`; it imports nothing
of the project, since it must start in milliseconds. WATCH is the read end of a pipe whose other
end the parent alone holds: its end is the parent's end, however that came about (`kill -9` too,
and on systems without a parent-death signal). HELD are file descriptors, with commas between, that
stay open here but not in the child, so that a folder lock lasts as long as the child does.
"""

import contextlib
import ctypes
import os
import select
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
ORPHAN_GRACE_SECONDS = 4.0


def prctl(option: int, value: int) -> None:
    """Set a process attribute on Linux (prctl(2)); elsewhere nothing."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


def become(command: Sequence[str], *, uid: int, gid: int, death_signal: int) -> NoReturn:
    """Turn this freshly forked process into the command; never returns."""
    launcher = os.getppid()
    try:
        os.setpgid(0, 0)
        # Python ignores these two, and the child would inherit that.
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        if uid >= 0:
            os.setgroups([])
            os.setgid(gid)
            os.setuid(uid)
        # After the change of user, since that clears it (prctl(2)).
        prctl(PR_SET_PDEATHSIG, death_signal)
        if os.getppid() != launcher:
            os._exit(1)
        os.execv(command[0], list(command))  # noqa: S606 -- what a launcher is for
    except OSError as error:
        os.write(2, f"{command[0]}: {error.strerror}\n".encode())
    os._exit(127)


def kill_group(group: int, number: int) -> None:
    """Signal a process group that may have ended already."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def kill_adopted() -> None:
    """Kill whatever the child left behind; as subreaper we are its parent now (Linux)."""
    deadline = time.monotonic() + 3
    while time.monotonic() < deadline:
        try:
            listing = Path(f"/proc/self/task/{os.getpid()}/children").read_text("ascii")
            left = [int(pid) for pid in listing.split()]
        except OSError:
            left = []
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        try:
            if os.waitpid(-1, os.WNOHANG) == (0, 0):
                time.sleep(0.01)
        except ChildProcessError:
            return


def reap(child: int) -> int | None:
    """Collect every ended process; the exit code of the child itself once it has ended."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return 1
        if pid == 0:
            return None
        if pid == child:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code


def stand_by(child: int, *, watch: int, parent: int, wakeups: int, stop: int, orphan: int,
             grace: float) -> int:
    """Wait until the child ends, and see to it that it does when asked or when left alone."""
    kill_at: float | None = None
    orphaned = False
    while True:
        code = reap(child)
        if code is not None:
            return code
        if kill_at is not None and time.monotonic() >= kill_at:
            kill_group(child, signal.SIGKILL)
            kill_at = time.monotonic() + 1
        wait = 1.0 if kill_at is None else max(0.0, kill_at - time.monotonic())
        watched = [wakeups] if orphaned else [wakeups, watch]
        ready, _, _ = select.select(watched, [], [], min(wait, 1.0))
        if wakeups in ready:
            received = os.read(wakeups, 512)
            asked = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP} & set(received)
            if asked and kill_at is None:
                os.kill(child, stop)
                kill_at = time.monotonic() + grace
        if not orphaned and (watch in ready or os.getppid() != parent):
            orphaned = True
            kill_group(child, orphan)
            kill_at = time.monotonic() + ORPHAN_GRACE_SECONDS


def main(arguments: Sequence[str]) -> int:
    """Start the command and stand by it; the exit code is the command's."""
    parent = os.getppid()
    watch, uid, gid, stop, orphan = (int(arguments[n]) for n in (0, 2, 3, 4, 5))
    held = [int(number) for number in arguments[1].split(",") if number]
    grace, command = float(arguments[6]), arguments[7:]
    for descriptor in (watch, *held):
        os.set_inheritable(descriptor, False)
    wakeups, wakeups_in = os.pipe()
    os.set_blocking(wakeups_in, False)
    signal.set_wakeup_fd(wakeups_in, warn_on_full_buffer=False)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, lambda *_: None)
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    child = os.fork()
    if child == 0:
        become(command, uid=uid, gid=gid, death_signal=orphan)
    code = stand_by(child, watch=watch, parent=parent, wakeups=wakeups, stop=stop, orphan=orphan,
                    grace=grace)
    kill_group(child, signal.SIGKILL)
    kill_adopted()
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
