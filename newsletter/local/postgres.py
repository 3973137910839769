"""Makes and runs one PostgreSQL cluster that only listens on a private socket."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from newsletter.errors import ServerMissing
from newsletter.local.guarded import Guarded
from newsletter.local.places import Places, is_alive
from newsletter.local.programs import PostgresPrograms, find_postgres
from newsletter.local.serverlog import last_line, open_log

OWNER, APP, DATABASE, ADMIN = "newsletter_owner", "newsletter_app", "newsletter", "postgres"
# After a crash it brings its files to the disk and repeats what they lack, which takes minutes on a
# slow disk: who gives up meanwhile ends it, and it begins anew. One that fails ends by itself.
START_SECONDS = 600.0
# The log must hold no address (P09): no statements, and no DETAIL lines with a row's values.
QUIET = {"log_min_error_statement": "panic", "log_error_verbosity": "terse"}
ENVIRON = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
FIRST_STATEMENTS = f"""\
CREATE ROLE {OWNER} LOGIN NOSUPERUSER
CREATE ROLE {APP} LOGIN NOSUPERUSER
CREATE DATABASE {DATABASE} OWNER {OWNER}
"""


class Postgres:
    """A cluster in the state folder; `durable` False trades safety for speed, for tests alone."""

    name = "postgres"

    def __init__(self, places: Places, *, durable: bool) -> None:
        self._places = places
        self._durable = durable
        self._programs: PostgresPrograms | None = None
        self._data = places.state
        self._process: Guarded | None = None

    def address(self, role: str) -> str:
        """The address of the database for one of the roles, as SQLAlchemy spells it."""
        return f"postgresql+psycopg://{role}@/{DATABASE}?host={self._places.sockets()}"

    def launch(self, held: int) -> None:
        """Start it, making the cluster the first time; `wait` says when it answers.

        Raises ServerMissing when there is no PostgreSQL here or it will not start.
        """
        if self._programs is None:
            self._programs = find_postgres(self._places)
        data = self._places.servers_home() / f"postgres-{self._programs.major}"
        if not data.exists():
            self._create(data)
        self._clear_stale_pid(data)
        self._data = data
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._places.sockets()),
            "unix_socket_permissions": "0700",
            "shared_buffers": "128MB",
            "max_connections": "100",
            "timezone": "UTC",
            "log_timezone": "UTC",
            **QUIET,
        }
        if not self._durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        with open_log(self._log()) as log:
            self._process = Guarded(
                [str(self._programs.folder / "postgres"), "-D", str(data), *options],
                output=log,
                environ=ENVIRON,
                user=self._places.user,
                folder=Path("/"),
                held=[held],
                stop_signal=signal.SIGINT,  # fast shutdown
                orphan_signal=signal.SIGQUIT,  # immediate: nothing committed is lost
                grace_seconds=20.0,
            )

    def wait(self) -> None:
        """Until it answers. Raises ServerMissing with the last line of its log."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and not self.has_ended():
            if self._status() == "ready":
                return
            time.sleep(0.01)
        raise ServerMissing(self._failure("did not start"))

    def has_ended(self) -> bool:
        """Whether it stopped without being asked."""
        return self._process is None or self._process.exit_code() is not None

    def ask_to_stop(self) -> None:
        """Begin a fast shutdown."""
        if self._process:
            self._process.ask_to_stop()

    def stop(self) -> None:
        """Stop it and wait."""
        if self._process:
            self._process.stop()
            self._process = None

    def _create(self, data: Path) -> None:
        # Made beside its place and moved there whole, so that a kill halfway leaves no ruin.
        assert self._programs is not None
        draft = data.with_name(f"{data.name}.new")
        shutil.rmtree(draft, ignore_errors=True)
        self._places.make_private(draft)
        locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        if self._programs.major < 17:
            locale = ["--locale=C.UTF-8"]
        self._run(["initdb", "-D", str(draft), "-U", ADMIN, "--auth-local=trust",
                   "--auth-host=reject", "--encoding=UTF8", "--no-instructions", *locale,
                   *([] if self._durable else ["--no-sync"])])
        self._run(["postgres", "--single", "-D", str(draft),
                   *([] if self._durable else ["-c", "fsync=off"]), ADMIN], FIRST_STATEMENTS)
        draft.rename(data)

    def _run(self, command: list[str], text: str = "") -> None:
        assert self._programs is not None
        user = self._places.user
        result = subprocess.run(
            [str(self._programs.folder / command[0]), *command[1:]],
            input=text,
            capture_output=True,
            text=True,
            check=False,
            user=user.uid if user else None,
            group=user.gid if user else None,
            extra_groups=[] if user else None,
            cwd="/",
            env=ENVIRON,
        )
        with open_log(self._log()) as log:
            log.write(f"{result.stdout}{result.stderr}".encode())
        if result.returncode != 0 or "ERROR:" in result.stderr:
            raise ServerMissing(self._failure("could not be set up"))

    def _clear_stale_pid(self, data: Path) -> None:
        # We hold the folder lock, so a process of that id is a stranger that got the number,
        # unless both a launcher and its death signal failed; then it is still a postgres.
        path = data / "postmaster.pid"
        try:
            pid = int(path.read_text(encoding="ascii").splitlines()[0])
        except (OSError, ValueError, IndexError):
            path.unlink(missing_ok=True)
            return
        if is_alive(pid) and "postgres" in _command_of(pid):
            raise ServerMissing(
                f"An older PostgreSQL (process {pid}) still runs in {data}: end it, or set STATE."
            )
        path.unlink()

    def _status(self) -> str:
        try:
            lines = (self._data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except OSError:
            return ""
        return lines[7].strip() if len(lines) > 7 else ""

    def _log(self) -> Path:
        return self._places.state / "log" / "postgres.log"

    def _failure(self, what: str) -> str:
        reason = last_line(self._log())
        return (
            f"The embedded PostgreSQL {what} ({reason}; see {self._log()}): "
            "set DATABASE_URL and DATABASE_OWNER_URL to use another."
        )


def _command_of(pid: int) -> str:
    comm = Path(f"/proc/{pid}/comm")
    if comm.exists():
        return comm.read_text(encoding="utf-8", errors="replace")
    result = subprocess.run(
        ["/bin/ps", "-o", "comm=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return result.stdout
