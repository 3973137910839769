"""A recording relay that misbehaves on demand, in this process or in one of its own.

What counts is what stands in its journal: the relay's word, never the service's. It is strict: what
no client may do is a violation, and a violation fails the run.

    python -m tests.faults.relay --port 2525 --journal FILE.jsonl --script SCRIPT.json
"""

import argparse
import asyncio
import contextlib
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Self

from tests.faults.conversation import Conversation
from tests.faults.journal import Entry, Journal, Unremembered
from tests.faults.maillog import Logging
from tests.faults.script import OK, Rule, Script
from tests.faults.session import Shared

__all__ = ["OK", "Entry", "Journal", "Relay", "RelayProcess", "Rule", "Script"]

ROOT = Path(__file__).resolve().parent.parent.parent
STARTS_WITHIN = 15.0
BACKLOG = 512


class Relay:
    """Listens on a port of its own in a thread of this process.

    The script says how it behaves, or a test does: `answer(recipient, times offered)` gives the
    reply to the final dot, "drop after" or "drop before" (the mail was taken, or not; no reply);
    `refuse(recipient)` may give a reply to RCPT. With `tls` it offers STARTTLS, or speaks TLS from
    the first octet when `is_implicit`.
    """

    def __init__(
        self,
        script: Script | None = None,
        *,
        pace: float = 0.0,
        answer: Callable[[str, int], str] | None = None,
        refuse: Callable[[str], str | None] | None = None,
        tls: ssl.SSLContext | None = None,
        is_implicit: bool = False,
    ) -> None:
        self.journal = Journal()
        self.script = script or Script(pace=pace)
        if answer or refuse:
            self.script.decide = _by_the_test(answer, refuse)
        self._shared = Shared(self.journal, self.script, keeps=True, tls=tls,
                              is_implicit=is_implicit)
        self._tls = "none" if tls is None else "implicit" if is_implicit else "starttls"
        self._listening = listen("127.0.0.1", 0)
        self.port: int = self._listening.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def url(self) -> str:
        """Its address as a setting."""
        return f"smtp://127.0.0.1:{self.port}?tls={self._tls}"

    @property
    def pace(self) -> float:
        """How many seconds each session takes for one mail; may be changed while it runs."""
        return self.script.pace

    @pace.setter
    def pace(self, seconds: float) -> None:
        self.script.pace = seconds

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._listening.close()
        if kind is None:
            assert self.journal.violations == [], self.journal.violations[:5]

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(serve(self._shared, self._listening))
        self._loop.run_forever()
        server.close()
        for session in list(self._shared.sessions):
            session.mouth.break_off()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()


def _by_the_test(
    answer: Callable[[str, int], str] | None, refuse: Callable[[str], str | None] | None
) -> Callable[[str, str, int], Rule | None]:
    def decide(step: str, recipient: str, times: int) -> Rule | None:
        if step == "rcpt" and refuse is not None:
            said = refuse(recipient)
            return Rule(step, say=said) if said else None
        if step == "dot" and answer is not None:
            said = answer(recipient, times)
            if said.startswith("drop"):
                return Rule(step, drop=True, take=said == "drop after")
            return Rule(step, say=said)
        return None

    return decide


class RelayProcess:
    """The same relay as a process: it outlives kills, may be killed, and its CPU is apart.

    `journal` is read from its file: call `journal.refresh()` before looking. With `keeps` the file
    beside it holds the mails themselves; `log` is written as a Postfix would.
    """

    def __init__(
        self, folder: Path, script: Script, *, host: str = "127.0.0.1", keeps: bool = False,
        log: Path | None = None,
    ) -> None:
        self._folder, self._script, self._host = folder, script, host
        self._options = [*(["--keep"] if keeps else []), *(["--log", str(log)] if log else [])]
        self.journal = Journal(path=folder / "relay.jsonl")
        with listen(host, 0) as free:
            self.port: int = free.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, host: str = "127.0.0.1") -> str:
        """Its address as a setting, as seen from where `host` is its own."""
        return f"smtp://{host}:{self.port}?tls=none"

    def start(self) -> Self:
        """Start it, and wait until it listens. Raises AssertionError when it does not."""
        self._script.write(self._script_path)
        with (self._folder / "relay.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.relay", "--host", self._host,
                 "--port", str(self.port), "--journal", str(self.journal.path),
                 "--script", str(self._script_path), *self._options],
                cwd=ROOT, stdout=log, stderr=log, start_new_session=True,
            )
        read_before = self.journal.refresh().scripts
        self._wait_for_script(read_before)
        return self

    def play(self, script: Script) -> None:
        """Go on by another script, from the moment in which this returns."""
        assert self._process is not None
        self._script = script
        read_before = self.journal.refresh().scripts
        script.write(self._script_path)
        self._process.send_signal(signal.SIGHUP)
        self._wait_for_script(read_before)

    def kill(self) -> None:
        """SIGKILL: what it took stands in the journal, also when nobody was told."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(timeout=10)
            self._process = None

    @property
    def _script_path(self) -> Path:
        return self._folder / "script.json"

    def _wait_for_script(self, read_before: int) -> None:
        until = time.monotonic() + STARTS_WITHIN
        while self.journal.refresh().scripts == read_before:
            assert self._process is not None
            assert self._process.poll() is None, "the relay has ended; see relay.log"
            assert time.monotonic() < until, "the relay does not answer"
            time.sleep(0.01)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket that another process may take over at once."""
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    listening.bind((host, port))
    listening.listen(BACKLOG)
    return listening


async def serve(shared: Shared, listening: socket.socket) -> asyncio.Server:
    """Hold conversations with whoever connects."""
    return await asyncio.get_running_loop().create_server(
        lambda: Conversation(shared), sock=listening, backlog=BACKLOG,
        ssl=shared.tls if shared.is_implicit else None,
    )


def main() -> None:
    """Serve until SIGTERM; SIGHUP reads the script again."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--journal", type=Path, required=True)
    parser.add_argument("--script", type=Path)
    parser.add_argument("--keep", action="store_true", help="the mails too, in FILE.mails")
    parser.add_argument("--log", type=Path, help="a log as a Postfix writes it")
    parser.add_argument("--certificate", type=Path, help="with its key, in one PEM file")
    parser.add_argument("--implicit", action="store_true", help="TLS from the first octet on")
    told = parser.parse_args()
    tls = None
    if told.certificate:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(told.certificate)
    journal = (Logging(path=told.journal, log=told.log) if told.log
               else Unremembered(path=told.journal))
    shared = Shared(journal, Script(), keeps=told.keep,
                    tls=tls, is_implicit=told.implicit)

    def read(*_: int | FrameType | None) -> None:
        if told.script:
            shared.script = Script.read(told.script.read_text(encoding="utf-8"))
        shared.journal.note("script")
        shared.journal.flush()

    async def run() -> None:
        server = await serve(shared, listen(told.host, told.port))
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGHUP, read)
        loop.add_signal_handler(signal.SIGTERM, server.close)
        read()
        with contextlib.suppress(asyncio.CancelledError):
            await server.serve_forever()

    asyncio.run(run())


if __name__ == "__main__":
    main()
