"""A running house: every part as a process, on a database of its own, with the demo's logins."""

import socket
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Self

import httpx
import redis
from sqlalchemy import update

from newsletter import clock
from newsletter.accounts.models import Account
from newsletter.core import create_core
from newsletter.extensions import db
from newsletter.transaction import transaction
from seeds.copy_readers import copy_readers, number_of_themes
from seeds.demo import LOGINS, Login, add_logins
from seeds.readers import make_readers
from tests.faults.parts import WORKERS, Part, wait_until

PARTS = ("web", *WORKERS, "beat")


class House:
    """The parts of one house, with so many readers; `site` is where its pages are.

    Leaves no process behind.
    """

    login: Login = LOGINS[0]

    def __init__(
        self, environ: Mapping[str, str], folder: Path, *, parts: Iterable[str] = PARTS,
        readers: int = 0,
    ) -> None:
        port = free_port()
        self.site = f"http://127.0.0.1:{port}"
        self.environ = {
            **environ, "PORT": str(port), "PUBLIC_URL": self.site, "TICK_SECONDS": "1",
        }
        self._parts = [Part(name, self.environ, folder) for name in parts]
        self._readers = readers
        self._open = ExitStack()

    def __enter__(self) -> Self:
        self._prepare()
        # Of a house that does not come up nothing may stay behind either.
        with ExitStack() as opening:
            for part in self._parts:
                opening.callback(part.close)
                part.start()
            wait_until(self._answers, seconds=60, what="the web")
            self._open = opening.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def _prepare(self) -> None:
        # Wake-ups of another test's rows would only be noise in the logs.
        with redis.Redis.from_url(self.environ["REDIS_URL"]) as broker:
            broker.flushall()
        core = create_core(self.environ)
        with core.app_context():
            with transaction():
                add_logins(clock.now())
                # The day on which it runs must not decide what mail leaves.
                db.session.execute(update(Account).values(gets_reminders=False))
                made = make_readers(self._readers, seed=1, themes=number_of_themes(),
                                    now=clock.now())
                copy_readers(db.session(), made, on_done=lambda _count: None)
            db.session.remove()
            db.engine.dispose()

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.site}/healthz", trust_env=False).is_success
        except httpx.TransportError:
            return False


def free_port() -> int:
    """A port on which nobody listens at this moment."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
