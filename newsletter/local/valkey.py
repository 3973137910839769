"""Runs one Valkey that keeps nothing and only listens on a private socket."""

import os
import signal
import socket
import time
from pathlib import Path

from newsletter.errors import ServerMissing
from newsletter.local.guarded import Guarded
from newsletter.local.places import Places
from newsletter.local.programs import find_valkey
from newsletter.local.serverlog import last_line, open_log

START_SECONDS = 20.0


class Valkey:
    """The broker; it carries wake-ups only, so it writes nothing to disk."""

    name = "valkey"

    def __init__(self, places: Places) -> None:
        self._places = places
        self._program: Path | None = None
        self._process: Guarded | None = None

    def address(self) -> str:
        """Its address, as redis-py spells it."""
        return f"unix://{self._socket()}?db=0"

    def launch(self, held: int) -> None:
        """Start it; `wait` says when it answers. Raises ServerMissing when there is none here."""
        if self._program is None:
            self._program = find_valkey(self._places)
        self._socket().unlink(missing_ok=True)
        options = {
            "port": "0",
            "unixsocket": str(self._socket()),
            "unixsocketperm": "700",
            "save": "",
            "appendonly": "no",
            "daemonize": "no",
            "dir": str(self._places.sockets()),
            "loglevel": "warning",
        }
        with open_log(self._log()) as log:
            self._process = Guarded(
                [str(self._program), *(p for k, v in options.items() for p in (f"--{k}", v))],
                output=log,
                environ={"PATH": os.defpath, "LC_ALL": "C"},
                user=self._places.user,
                folder=Path("/"),
                held=[held],
                stop_signal=signal.SIGTERM,
                grace_seconds=5.0,
            )

    def wait(self) -> None:
        """Until it answers. Raises ServerMissing with the last line of its log."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and not self.has_ended():
            if self._answers():
                return
            time.sleep(0.01)
        raise ServerMissing(
            f"The embedded Valkey did not start ({last_line(self._log())}; see {self._log()}): "
            "set REDIS_URL to use another."
        )

    def has_ended(self) -> bool:
        """Whether it stopped without being asked."""
        return self._process is None or self._process.exit_code() is not None

    def ask_to_stop(self) -> None:
        """Begin its shutdown."""
        if self._process:
            self._process.ask_to_stop()

    def stop(self) -> None:
        """Stop it and wait."""
        if self._process:
            self._process.stop()
            self._process = None

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            try:
                connection.connect(str(self._socket()))
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
            except OSError:
                return False

    def _socket(self) -> Path:
        return self._places.sockets() / "valkey.sock"

    def _log(self) -> Path:
        return self._places.state / "log" / "valkey.log"
