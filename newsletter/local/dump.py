"""Dumps a database into a file and restores it, by PostgreSQL's own programs."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sqlalchemy.engine import make_url

from newsletter.errors import ToolFailed
from newsletter.local.programs import find_postgres_tools

LOCK_SECONDS = 30
_TABLE = re.compile(r"^\d+; \d+ \d+ TABLE DATA public (\w+) ", re.MULTILINE)
_FAULT = re.compile(r"(?:error|fatal|panic): .*", re.IGNORECASE)


class DumpTools:
    """The programs that fit a server of that major version. Raises ServerMissing: none here."""

    def __init__(self, *, server: int) -> None:
        self._folder = find_postgres_tools(server=server)

    def dump(self, url: str, path: Path) -> None:
        """Write the database at `url` into a new file, in pg_dump's custom format.

        Raises ToolFailed, also when the disk is full; what was written then is no backup.
        """
        self._run(["pg_dump", "--format=custom", "--no-password",
                   f"--lock-wait-timeout={LOCK_SECONDS}s", f"--file={path}",
                   f"--dbname={_address(url)}"], environ=_environ(url))

    def tables(self, path: Path) -> list[str]:
        """The tables whose rows a backup holds. Raises ToolFailed when it is none."""
        return _TABLE.findall(self._run(["pg_restore", "--list", str(path)], environ=_environ("")))

    def restore(self, url: str, path: Path, *, before: str, after: str) -> None:
        """Bring a backup back into the database at `url`, between statements of ours.

        One transaction: whatever ends it too early, a kill as well, leaves the database as it was.
        Whose the tables are is who restores them. Raises ToolFailed.
        """
        with tempfile.TemporaryFile() as said, self._started(
            ["pg_restore", "--no-owner", "--file=-", str(path)], said, stdout=subprocess.PIPE,
        ) as script, tempfile.TemporaryFile() as answered, self._started(
            ["psql", "--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1",
             f"--dbname={_address(url)}"],
            answered, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, environ=_environ(url),
        ) as server:
            assert script.stdout is not None
            assert server.stdin is not None
            try:
                server.stdin.write(f"begin;\n{before}\n".encode())
                shutil.copyfileobj(script.stdout, server.stdin, 1 << 20)
                # Only a whole script may be committed.
                if script.wait() == 0:
                    server.stdin.write(f"\n{after}\ncommit;\n".encode())
                    server.stdin.close()
                    server.wait()
            except BrokenPipeError:
                server.wait()
            if server.returncode != 0:
                server.kill()
                raise ToolFailed(_fault_in(answered) or _fault_in(said) or "The restore broke off.")

    def _run(self, command: list[str], *, environ: dict[str, str]) -> str:
        done = subprocess.run(
            [str(self._folder / command[0]), *command[1:]], capture_output=True, text=True,
            errors="replace", check=False, env=environ, stdin=subprocess.DEVNULL,
        )
        if done.returncode != 0:
            raise ToolFailed(_fault(done.stderr) or f"{command[0]} failed ({done.returncode}).")
        return done.stdout

    @contextmanager
    def _started(
        self,
        command: list[str],
        errors: IO[bytes],
        *,
        stdout: int,
        stdin: int = subprocess.DEVNULL,
        environ: dict[str, str] | None = None,
    ) -> Iterator[subprocess.Popen[bytes]]:
        process = subprocess.Popen(
            [str(self._folder / command[0]), *command[1:]], stdin=stdin, stdout=stdout,
            stderr=errors, env=environ or _environ(""),
        )
        try:
            yield process
        finally:
            process.kill()
            for pipe in (process.stdout, process.stdin):
                if pipe is not None:
                    _close(pipe)
            process.wait()


def _close(pipe: IO[bytes]) -> None:
    try:
        pipe.close()
    except BrokenPipeError:
        return


def _address(url: str) -> str:
    """As libpq reads it, without the password."""
    plain = make_url(url).set(drivername="postgresql", password=None)
    return plain.render_as_string(hide_password=False)


def _environ(url: str) -> dict[str, str]:
    """What the programs see: the password, where nobody else can read it."""
    kept = {name: value for name, value in os.environ.items()
            if name in ("PATH", "HOME", "LANG", "SSL_CERT_FILE", "PGSSLROOTCERT", "PGPASSFILE")}
    password = make_url(url).password if url else None
    return {**kept, "LC_ALL": "C", **({"PGPASSWORD": password} if password else {})}


def _fault_in(file: IO[bytes]) -> str:
    file.seek(0)
    return _fault(file.read().decode("utf-8", "replace"))


def _fault(said: str) -> str:
    """The first error that a program named; never the lines after it, which may hold a row."""
    found = _FAULT.search(said)
    return found[0].strip() if found else ""
