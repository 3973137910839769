"""The embedded PostgreSQL and Valkey of one state folder, started where no address is set."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from newsletter.local.places import FolderLock, Places, server_user, write_whole
from newsletter.local.postgres import APP, OWNER, Postgres
from newsletter.local.valkey import Valkey

LOCAL_SETTINGS = "local.env"


class Servers:
    """Starts what `environ` gives no address for, and writes the addresses to `STATE/local.env`.

    A context manager; `environ` is the process's own unless given. Whatever happens to this
    process, the servers end with it. Durable unless told otherwise: tests have nothing to lose.
    """

    def __init__(
        self, state: Path, *, environ: Mapping[str, str] | None = None, durable: bool = True
    ) -> None:
        environ = os.environ if environ is None else environ
        self.places = Places(state.absolute(), server_user())
        self._lock = FolderLock(self.places.state)
        self.given = {name: environ[name] for name in ("DATABASE_URL", "DATABASE_OWNER_URL",
                                                        "REDIS_URL", "SECRET_KEY")
                       if environ.get(name)}
        self._postgres = None if "DATABASE_URL" in self.given else Postgres(
            self.places, durable=durable)
        self._valkey = None if "REDIS_URL" in self.given else Valkey(self.places)

    def take_folder(self) -> None:
        """Make the state folder and lock it. Raises BadSettings when another copy runs there."""
        if self._lock.descriptor < 0:
            self.places.prepare()
            self._lock.take()

    def start(self) -> Self:
        """Start them and wait until they answer.

        Raises BadSettings when another copy uses the folder, ServerMissing when a server cannot be
        had; each message names the setting that helps.
        """
        self.take_folder()
        try:
            for server in self._all():
                server.launch(self._lock.descriptor)
            for server in self._all():
                server.wait()
            write_whole(
                self.places.state / LOCAL_SETTINGS,
                "".join(f"{name}={value}\n" for name, value in self._own_settings().items()),
            )
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Stop them and give the folder free; their addresses are no longer told."""
        if self._lock.descriptor < 0:
            return
        (self.places.state / LOCAL_SETTINGS).unlink(missing_ok=True)
        for server in self._all():
            server.ask_to_stop()
        for server in self._all():
            server.stop()
        self._lock.give_back()

    def revive(self) -> list[str]:
        """Start again what has ended by itself; the names of these. Raises ServerMissing."""
        ended = [server for server in self._all() if server.has_ended()]
        for server in ended:
            server.launch(self._lock.descriptor)
        for server in ended:
            server.wait()
        return [server.name for server in ended]

    def remove(self) -> None:
        """Stop, and remove the state folder with all that belongs to it."""
        self.stop()
        self.places.remove()

    def settings(self) -> dict[str, str]:
        """DATABASE_URL, DATABASE_OWNER_URL, REDIS_URL and SECRET_KEY, given or our own."""
        return self._own_settings() | self.given

    def _own_settings(self) -> dict[str, str]:
        settings = {}
        if self._postgres:
            settings["DATABASE_URL"] = self._postgres.address(APP)
            settings["DATABASE_OWNER_URL"] = self._postgres.address(OWNER)
        if self._valkey:
            settings["REDIS_URL"] = self._valkey.address()
        if "SECRET_KEY" not in self.given:
            settings["SECRET_KEY"] = self._secret_key()
        return settings

    def _secret_key(self) -> str:
        path = self.places.state / "secret_key"
        if not path.exists():
            write_whole(path, secrets.token_urlsafe(48))
        return path.read_text(encoding="utf-8").strip()

    def _all(self) -> list[Postgres | Valkey]:
        return [server for server in (self._postgres, self._valkey) if server]

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
