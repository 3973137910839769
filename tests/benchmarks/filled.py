"""Databases full of readers: filled once for each number of them, then copied as often as needed.

A copy takes a fraction of a second where a filling takes many, and both hold the same.
"""

import contextlib
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import psycopg
from sqlalchemy.engine import make_url

from tests.benchmarks.content import fill

SettingsOf = Callable[[str], dict[str, str]]


@dataclass(frozen=True)
class Filled:
    """A database with readers, articles and a slot that is due; `environ` are its settings."""

    environ: dict[str, str]
    slot_id: int


class Fillings:
    """Fills a database for each number of readers that is asked for, and copies it."""

    def __init__(
        self, make_database: Callable[[], dict[str, str]], settings_of: SettingsOf
    ) -> None:
        self._make_database = make_database
        self._settings_of = settings_of
        self._made: dict[int, Filled] = {}

    @contextlib.contextmanager
    def copy(self, readers: int) -> Iterator[Filled]:
        """A copy with so many readers, which is dropped afterwards."""
        if readers not in self._made:
            environ = self._make_database()
            self._made[readers] = Filled(environ, fill(environ, readers=readers))
        made = self._made[readers]
        name = f"t_{secrets.token_hex(6)}"
        copy_database(made.environ, name)
        try:
            yield Filled(self._settings_of(name), made.slot_id)
        finally:
            drop_database(made.environ, name)


def copy_database(environ: dict[str, str], name: str) -> None:
    """Copy a database; a checkpoint comes before, so that no copy pays for the filling."""
    owner = make_url(environ["DATABASE_OWNER_URL"])
    with _admin(environ) as admin:
        admin.execute(f"create database {name} template {owner.database} "
                      f"owner {owner.username} strategy file_copy")


def drop_database(environ: dict[str, str], name: str) -> None:
    """Drop a database beside the one of these settings, whoever still looks at it."""
    with _admin(environ) as admin:
        admin.execute(f"drop database if exists {name} with (force)")


def checkpoint(environ: dict[str, str]) -> None:
    """Let what was written lie on the disk, so that no measuring pays for it."""
    with _admin(environ) as admin:
        admin.execute("checkpoint")


def _admin(environ: dict[str, str]) -> psycopg.Connection:
    owner = make_url(environ["DATABASE_OWNER_URL"])
    return psycopg.connect(host=str(owner.query["host"]), user="postgres", dbname="postgres",
                           autocommit=True)
