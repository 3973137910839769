"""Every part in one terminal: `python -m newsletter.local.up [--demo] [--once]`.

Takes the state folder, starts the servers that no address was given for, brings the database up to
date, starts the parts and watches them until Ctrl-C. Exit codes: 0 stopped as asked, 1 something
failed, 2 a port, setting or server is not as it should be; with --once the show's own.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType

from newsletter import clock, config
from newsletter.errors import BadSettings, ServerMissing
from newsletter.local.console import Console
from newsletter.local.guarded import Guarded
from newsletter.local.parts import Part, beat_schedule, ending, plans
from newsletter.local.prepare import STEPS, Stamp
from newsletter.local.reach import busy_ports, silent_servers
from newsletter.local.servers import Servers

PROJECT = Path(__file__).resolve().parents[2]
LOOK_SECONDS = 0.2
# A person who looks on should not wait a minute for what falls due.
LOCAL_TICK_SECONDS = "5"
NOT_SET_UP = 2


class Up:
    """One run, from the lock on the state folder to the last part's end."""

    def __init__(self, environ: Mapping[str, str], *, with_parent: bool) -> None:
        self._settings = _settings(environ)
        self._state = self._settings.state.absolute()
        self._environ = {
            **environ,
            "STATE": str(self._state),
            "PORT": str(self._settings.port),
            "INBOX_PORT": str(self._settings.inbox_port),
            "TICK_SECONDS": environ.get("TICK_SECONDS") or LOCAL_TICK_SECONDS,
            "PYTHONUNBUFFERED": "1",
            # A fresh machine in a container has only root, and what is queued is plain JSON.
            "PYTHONWARNINGS": "ignore:You're running the worker with superuser:UserWarning",
        }
        self._servers = Servers(self._state, environ=environ)
        self._parent = os.getppid() if with_parent else None
        self._parts: list[Part] = []
        self._children: list[Guarded] = []
        self._console: Console | None = None

    def run(self, *, demo: bool, once: bool) -> int:
        """Start everything and stay; the exit code."""
        self._servers.take_folder()
        try:
            faults = busy_ports({"PORT": self._settings.port,
                                 "INBOX_PORT": self._settings.inbox_port})
            faults += silent_servers(self._environ)
            if faults:
                raise BadSettings(faults)
            colour = sys.stdout.isatty() and not self._environ.get("NO_COLOR")
            self._console = Console(self._state / "log" / "up.log", colour=colour)
            self._servers.start()
            self._prepare()
            self._start_parts()
            all_answer = self._step("ready", "-m", "newsletter.local.ready") == 0
            if demo and not all_answer:
                return 1
            if all_answer:
                self._console.plain(self._addresses())
            if demo:
                code = self._show()
                if once:
                    return code
            while True:
                self._look()
        finally:
            self._stop()

    def _prepare(self) -> None:
        assert self._console is not None
        stamp = Stamp(self._state, project=PROJECT, now=clock.now())
        # Only of our own database do we know that nobody else changed or emptied it.
        if "DATABASE_URL" not in self._servers.given and stamp.is_up_to_date():
            return
        for words in STEPS:
            self._console.say(f"newsletter {' '.join(words)}")
            code = self._step("setup", "-m", "newsletter.cli.main", *words)
            if code != 0:
                raise SystemExit(code if code == NOT_SET_UP else 1)
        stamp.set()

    def _start_parts(self) -> None:
        assert self._console is not None
        for left in self._state.glob(f"{beat_schedule(self._state).name}*"):
            left.unlink()
        for plan in plans(port=self._settings.port, state=self._state):
            part = Part(plan, console=self._console, environ=self._environ, folder=PROJECT)
            part.start(time.monotonic())
            self._parts.append(part)

    def _step(self, name: str, *arguments: str) -> int:
        """Run something to its end while watching the rest; its exit code."""
        assert self._console is not None
        child = self._child(arguments, output=subprocess.PIPE)
        assert child.output is not None
        output = self._console.follow(name, child.output)
        code = self._wait_for(child)
        output.join(2)
        if code != 0:
            self._console.say(f"{' '.join(arguments[1:])} failed ({ending(code)})")
        return code

    def _show(self) -> int:
        """The show draws on the terminal itself; meanwhile the parts write to the log alone."""
        assert self._console is not None
        self._console.say(f"the parts write to {self._state / 'log' / 'up.log'} during the show")
        self._console.quiet = True
        code = self._wait_for(
            self._child(["-m", "newsletter.local.demo"], output=sys.stdout.fileno())
        )
        self._console.quiet = False
        return code

    def _child(self, arguments: Sequence[str], *, output: int) -> Guarded:
        child = Guarded(
            [sys.executable, *arguments], output=output, environ=self._environ, folder=PROJECT
        )
        self._children.append(child)
        return child

    def _wait_for(self, child: Guarded) -> int:
        while (code := child.exit_code()) is None:
            self._look(0.05)
        child.wait()
        self._children.remove(child)
        return code

    def _look(self, seconds: float = LOOK_SECONDS) -> None:
        """One look at everything that runs. Raises KeyboardInterrupt when nobody looks on."""
        assert self._console is not None
        if self._console.gone or (self._parent is not None and os.getppid() != self._parent):
            raise KeyboardInterrupt
        for name in self._servers.revive():
            self._console.say(f"{name} had ended and was started again")
        for part in self._parts:
            part.check(time.monotonic())
        time.sleep(seconds)

    def _stop(self) -> None:
        """End everything, within seconds; a second Ctrl-C does not interrupt this."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        running: list[Guarded | Part] = [*self._children, *self._parts]
        if running and self._console:
            self._console.say("stopping")
        for child in running:
            child.ask_to_stop()
        for child in running:
            child.stop()
        self._servers.stop()
        if self._console:
            self._console.close()

    def _addresses(self) -> str:
        site = self._settings.public_url
        return "\n".join([
            "",
            f"  Site      {site}/",
            f"  Sign-up   {site}/aanmelden",
            f"  Desk      {site}/redactie/",
            f"  Inbox     {site}/inbox/",
            "",
            "  Ctrl-C stops everything.",
            "",
        ])


def _settings(environ: Mapping[str, str]) -> config.Settings:
    """The settings, checked before anything starts. Raises BadSettings."""
    if environ.get("NEWSLETTER_ENV") == config.PRODUCTION:
        fault = "NEWSLETTER_ENV is production: run the parts of the Procfile there, not this."
        raise BadSettings([fault])
    # The addresses of servers that do not run yet stand in for those that will be written.
    stand_in = {"DATABASE_URL": "postgresql://embedded", "REDIS_URL": "unix:///embedded",
                "SECRET_KEY": "embedded"}
    return config.load({**stand_in, **{key: value for key, value in environ.items() if value}})


def _on_signal(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="newsletter.local.up", description=__doc__)
    parser.add_argument("--demo", action="store_true", help="show the main job")
    parser.add_argument("--once", action="store_true", help="stop after the show")
    parser.add_argument("--with-parent", action="store_true",
                        help="stop when the process that started this is gone")
    chosen = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _on_signal)
    try:
        return Up(os.environ, with_parent=chosen.with_parent).run(
            demo=chosen.demo, once=chosen.once
        )
    except KeyboardInterrupt:
        return 1 if chosen.once else 0
    except (BadSettings, ServerMissing) as error:
        print(error, file=sys.stderr)
        return NOT_SET_UP
    except OSError as error:  # a full disk, or a file there that is not ours
        print(f"{error.filename or 'The state folder'} cannot be used ({error.strerror}): mend "
              "that, or set STATE to another folder.", file=sys.stderr)
        return NOT_SET_UP


if __name__ == "__main__":
    sys.exit(main())
