"""A child process behind the launcher: it ends when asked, and when this process ends."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

LAUNCHER = Path(__file__).with_name("launcher.py")


@dataclass(frozen=True)
class User:
    """The account that a server runs as when we are root, which PostgreSQL refuses."""

    name: str
    uid: int
    gid: int


class Guarded:
    """One running child. `stop()` asks it to end; the end of this process ends it as well."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        output: int | IO[bytes],
        environ: Mapping[str, str],
        user: User | None = None,
        folder: Path | None = None,
        held: Sequence[int] = (),
        stop_signal: signal.Signals = signal.SIGTERM,
        orphan_signal: signal.Signals = signal.SIGKILL,
        grace_seconds: float = 5.0,
    ) -> None:
        watch, self._lifeline = os.pipe()
        arguments = [
            str(watch),
            ",".join(map(str, held)),
            str(user.uid if user else -1),
            str(user.gid if user else -1),
            str(int(stop_signal)),
            str(int(orphan_signal)),
            str(grace_seconds),
        ]
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(LAUNCHER), *arguments, *command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(environ),
                cwd=folder,
                pass_fds=(watch, *held),
                start_new_session=True,
            )
        except BaseException:
            os.close(self._lifeline)
            raise
        finally:
            os.close(watch)
        self._grace_seconds = grace_seconds

    @property
    def output(self) -> IO[bytes] | None:
        """What the child writes, when `output` was a pipe."""
        return self._process.stdout

    @property
    def pid(self) -> int:
        """The launcher's process id."""
        return self._process.pid

    def exit_code(self) -> int | None:
        """The command's exit code, None while it runs; 128 + n after signal n."""
        return self._process.poll()

    def ask_to_stop(self) -> None:
        """Send the stop signal and return at once."""
        if self._process.poll() is None:
            self._process.terminate()

    def stop(self) -> int:
        """Ask it to end, wait, and give its exit code; after the grace it is killed."""
        self.ask_to_stop()
        try:
            return self.wait(self._grace_seconds + 5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self.wait(5)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end. Raises subprocess.TimeoutExpired after `timeout` seconds."""
        code = self._process.wait(timeout)
        if self._lifeline >= 0:
            os.close(self._lifeline)
            self._lifeline = -1
        return code
