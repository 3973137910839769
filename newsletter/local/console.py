"""One terminal for many parts: each line with its part's name before it, and all in a log file."""

import sys
import threading
from pathlib import Path
from typing import IO

from newsletter.local.serverlog import open_log

NAME_WIDTH = 13
COLOURS = {"web": 36, "worker": 32, "worker-prompt": 35, "beat": 33, "inbox": 34}
PLAIN = 90


class Console:
    """Writes whole lines, from any thread; `gone` once the terminal no longer takes them."""

    def __init__(self, log: Path, *, colour: bool) -> None:
        self._log = open_log(log)
        self._colour = colour
        self._lock = threading.Lock()
        self.gone = False
        self.quiet = False

    def say(self, line: str, name: str = "up") -> None:
        """A line of our own, always shown."""
        self._write(name, line, shown=True)

    def follow(self, name: str, output: IO[bytes]) -> threading.Thread:
        """Show what a part writes until it ends; while `quiet` only the log has it."""

        def copy() -> None:
            with output:
                for raw in output:
                    line = raw.decode("utf-8", "replace").rstrip()
                    if line:
                        self._write(name, line, shown=not self.quiet)

        thread = threading.Thread(target=copy, name=f"output of {name}", daemon=True)
        thread.start()
        return thread

    def plain(self, text: str) -> None:
        """Text without a name before it."""
        with self._lock:
            self._show(text + "\n")

    def close(self) -> None:
        """Write no more."""
        with self._lock:
            self._log.close()

    def _write(self, name: str, line: str, *, shown: bool) -> None:
        with self._lock:
            if not self._log.closed:
                self._log.write(f"{name:<{NAME_WIDTH}} | {line}\n".encode())
                self._log.flush()
            if shown:
                label = f"{name:<{NAME_WIDTH}} |"
                if self._colour:
                    label = f"\x1b[{COLOURS.get(name, PLAIN)}m{label}\x1b[0m"
                self._show(f"{label} {line}\n")

    def _show(self, text: str) -> None:
        if self.gone:
            return
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except (OSError, ValueError):
            self.gone = True
