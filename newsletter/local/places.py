"""Where a running copy keeps things: its state folder, lock, socket folder and server user."""

import fcntl
import json
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from newsletter.errors import BadSettings, ServerMissing
from newsletter.local.guarded import User

# The name of a Unix socket is at most 104 bytes on macOS, and ".s.PGSQL.5432.lock" follows.
LONGEST_SOCKET_BASE = 60
LOCK_WAIT_SECONDS = 15.0


def server_user() -> User | None:
    """Whom the servers run as: None is ourselves; root needs somebody else.

    Raises ServerMissing where root has no powerless account to give them.
    """
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        raise ServerMissing(
            "Root cannot run PostgreSQL and there is no user `nobody` to run it: "
            "start as an ordinary user, or set DATABASE_URL and REDIS_URL."
        ) from None
    return User(entry.pw_name, entry.pw_uid, entry.pw_gid)


def can_use(path: Path, user: User | None) -> bool:
    """Whether the user can enter this folder, or run this file, through every parent."""
    if user is None:
        return os.access(path, os.X_OK)
    result = subprocess.run(
        ["/bin/sh", "-c", 'test -x "$1"', "sh", str(path)],
        user=user.uid,
        group=user.gid,
        extra_groups=[],
        cwd="/",
        check=False,
        capture_output=True,
    )
    return result.returncode == 0


class FolderLock:
    """One copy at a time in one state folder; launchers hold it too until their child is gone."""

    def __init__(self, state: Path) -> None:
        self._state = state
        self._path = state / "lock"
        self.descriptor = -1

    def take(self) -> None:
        """Take it. Raises BadSettings at once when another copy runs here."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        deadline = time.monotonic() + LOCK_WAIT_SECONDS
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                holder = self.holder()
                # A killed copy leaves the lock to its launchers for the second that they need.
                if is_alive(holder) or time.monotonic() > deadline:
                    os.close(descriptor)
                    fault = (
                        f"Another copy (process {holder}) runs in {self._state}: "
                        "stop it, or set STATE to another folder."
                    )
                    raise BadSettings([fault]) from None
                time.sleep(0.05)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        self.descriptor = descriptor

    def holder(self) -> int:
        """The process that took it last; 0 when nobody did."""
        try:
            return int(self._path.read_text(encoding="ascii").strip() or 0)
        except (OSError, ValueError):
            return 0

    def is_free(self) -> bool:
        """Whether no copy runs in this folder now."""
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return True
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        finally:
            os.close(descriptor)
        return True

    def give_back(self) -> None:
        """Let the next copy in."""
        if self.descriptor >= 0:
            os.ftruncate(self.descriptor, 0)
            os.close(self.descriptor)
            self.descriptor = -1


def is_alive(pid: int) -> bool:
    """Whether a process of this id exists."""
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


class Places:
    """The folders of one copy; those outside the state folder are written down inside it."""

    def __init__(self, state: Path, user: User | None) -> None:
        self.state = state
        self.user = user
        self._record = state / "places.json"

    def prepare(self) -> None:
        """Make the state folder; the server user must be able to pass through, and no more."""
        try:
            self.state.mkdir(mode=0o711 if self.user else 0o700, parents=True, exist_ok=True)
            (self.state / "log").mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            fault = (
                f"The state folder {self.state} cannot be made ({error.strerror}): "
                "set STATE to a folder of yours."
            )
            raise BadSettings([fault]) from None
        if not self._record.exists():
            self._write({})

    def sockets(self) -> Path:
        """A short folder for the servers' sockets, which only they (and root) can enter."""
        known = self._read().get("sockets")
        if known and self._is_private(Path(known)):
            return Path(known)
        base = next(b for b in self._bases() if len(os.fsencode(b)) <= LONGEST_SOCKET_BASE)
        folder = Path(tempfile.mkdtemp(prefix="nl-", dir=base))
        self.give_to_server(folder)
        self._write(self._read() | {"sockets": str(folder)})
        return folder

    def servers_home(self) -> Path:
        """The state folder, or where the server user cannot enter that, a folder elsewhere."""
        if can_use(self.state, self.user):
            return self.state
        known = self._read().get("outside")
        if known and can_use(Path(known), self.user):
            return Path(known)
        base = next(iter(self._bases()))
        folder = Path(tempfile.mkdtemp(prefix="newsletter-", dir=base))
        folder.chmod(0o711)
        self._write(self._read() | {"outside": str(folder)})
        return folder

    def make_private(self, folder: Path) -> None:
        """Make an empty folder that belongs to the servers' user alone."""
        folder.mkdir(mode=0o700)
        self.give_to_server(folder)

    def give_to_server(self, path: Path) -> None:
        """Let the servers' user own what we made."""
        if self.user:
            os.chown(path, self.user.uid, self.user.gid)

    def remove(self) -> None:
        """Remove everything of this copy, which must have stopped."""
        known = self._read()
        for folder in filter(None, (known.get("sockets"), known.get("outside"))):
            shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(self.state)

    def is_ours(self) -> bool:
        """Whether this folder is a state folder at all, and may be removed."""
        return self._record.exists()

    def _bases(self) -> Iterator[Path]:
        # /var/tmp outlives a restart of the machine, /tmp may not.
        # Only mkdtemp makes folders there, and these are private.
        for base in (Path("/var/tmp"), Path("/tmp"), Path(tempfile.gettempdir())):  # noqa: S108
            if base.is_dir() and os.access(base, os.W_OK) and can_use(base, self.user):
                yield base

    def _is_private(self, folder: Path) -> bool:
        try:
            found = folder.lstat()
        except OSError:
            return False
        owner = self.user.uid if self.user else os.geteuid()
        private = stat.S_ISDIR(found.st_mode) and stat.S_IMODE(found.st_mode) == 0o700
        return private and found.st_uid == owner

    def _read(self) -> dict[str, str]:
        try:
            return dict(json.loads(self._record.read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return {}

    def _write(self, places: dict[str, str]) -> None:
        write_whole(self._record, json.dumps(places))


def write_whole(path: Path, text: str) -> None:
    """Write a small private file so that a reader sees all of it or the one before."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)
