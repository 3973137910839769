"""The ground that runs stand on: a PostgreSQL and a broker of their own, which may be killed.

As durable as an operator's, for what was committed must outlive a kill -9 of the server.
"""

import os
import secrets
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Self

import psycopg
import redis
from sqlalchemy.engine import make_url

from newsletter import clock
from newsletter.core import create_core
from newsletter.extensions import db
from newsletter.local.servers import Servers
from newsletter.schema import upgrade_schema
from seeds.load import load
from tests.benchmarks.machine import HAS_PROC, children
from tests.faults.parts import wait_until

SECRET = "a key for runs under fire, which opens nothing elsewhere"


class Ground:
    """Servers, and databases on them with all migrations and the seeds."""

    def __init__(self, folder: Path) -> None:
        self._servers = Servers(folder / "state", environ={})
        self._template = ""

    def __enter__(self) -> Self:
        self._servers.start()
        try:
            self._template = str(make_url(self._servers.settings()["DATABASE_URL"]).database)
            core = create_core(self.settings(self._template, Path(os.devnull)))
            with core.app_context():
                upgrade_schema()
                load(db.session(), now=clock.now(), demo=False)
                db.session.commit()
                db.session.remove()
                db.engine.dispose()
        except BaseException:
            self._servers.remove()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._servers.remove()

    def make(self, folder: Path) -> dict[str, str]:
        """The settings of a house with a database of its own and an empty broker."""
        name = f"t_{secrets.token_hex(6)}"
        owner = make_url(self._servers.settings()["DATABASE_OWNER_URL"])
        with psycopg.connect(host=str(owner.query["host"]), user="postgres", dbname="postgres",
                             autocommit=True) as admin:
            admin.execute(
                f"create database {name} template {self._template} owner {owner.username}"
            )
        with redis.Redis.from_url(self._servers.settings()["REDIS_URL"]) as broker:
            broker.flushall()
        return self.settings(name, folder)

    def settings(self, database: str, folder: Path) -> dict[str, str]:
        """The settings of a house, in the environment's words; its files lie in the folder."""
        told = self._servers.settings()
        named = {
            name: make_url(told[name]).set(database=database).render_as_string(False)
            for name in ("DATABASE_URL", "DATABASE_OWNER_URL")
        }
        return {
            **named,
            "NEWSLETTER_ENV": "development",
            "REDIS_URL": told["REDIS_URL"],
            "SECRET_KEY": SECRET,
            "PUBLIC_URL": "http://localhost",
            "STATE": "/nonexistent",
            "SPOOL": str(folder / "spool"),
            "HIGH_WATER": str(folder / "high-water"),
        }

    def kill(self, *, database: bool = True, broker: bool = True) -> None:
        """SIGKILL to the servers' first processes; returns when nothing is left of them."""
        struck = [server for server, is_struck in (
            (self._servers._postgres, database), (self._servers._valkey, broker)) if is_struck]
        for server in struck:
            assert server is not None
            assert server._process is not None
            for pid in _children(server._process.pid):
                os.kill(pid, signal.SIGKILL)
        wait_until(_all_ended(struck), seconds=20, what="the end of the servers")

    def revive(self) -> None:
        """Start on the same data what was killed, and wait until it answers."""
        self._servers.revive()


def _all_ended(servers: list[object]) -> Callable[[], bool]:
    return lambda: all(server.has_ended() for server in servers)  # type: ignore[attr-defined]


def _children(pid: int) -> list[int]:
    if HAS_PROC:
        return children(pid)
    found = subprocess.run(["/usr/bin/pgrep", "-P", str(pid)], capture_output=True, text=True,
                           check=True)
    return [int(word) for word in found.stdout.split()]
