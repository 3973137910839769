"""Looks whether the parts of the service work: database, broker, relay, keys, workers, clock."""

import contextlib
from dataclasses import dataclass
from datetime import datetime

import redis
from kombu.exceptions import OperationalError
from sqlalchemy import text

from newsletter.cli.opened import place_of, plainly
from newsletter.core import settings
from newsletter.deliveries.heartbeat import BEAT, last_beat
from newsletter.dkim_keys import Keyring
from newsletter.errors import BadSettings, RelayUnreachable, ServerMissing
from newsletter.extensions import db, queue
from newsletter.jobs import Errand, Lane
from newsletter.mailer.connect import connect, context_of
from newsletter.schema_version import behind

PATIENCE = 3  # seconds that a server may take to answer
LISTEN = 2  # seconds in which every worker answers
TICKS = 3  # so many may be missed before it is said to be gone
# Each has a part of its own in the Procfile: `worker-` and the queue's name.
QUEUES = tuple(each.value for each in (*Lane, *Errand))


@dataclass(frozen=True)
class Part:
    """One part: whether it works, and what it said or what to do."""

    part: str
    works: bool
    says: str


def database() -> Part:
    """PostgreSQL at DATABASE_URL."""
    try:
        with plainly():
            version = db.session.scalar(text("show server_version"))
    except ServerMissing as error:
        return Part("database", works=False, says=str(error))
    return Part("database", works=True, says=f"PostgreSQL {version}")


def schema() -> Part:
    """Whether the tables are those that this code needs, or newer. Needs the database."""
    try:
        with plainly():
            present = db.session.scalar(text("select version_num from alembic_version"))
    except ServerMissing as error:
        return Part("schema", works=False, says=str(error))
    return Part("schema", works=not behind(present), says=behind(present) or f"at {present}")


def broker() -> Part:
    """Redis or Valkey at REDIS_URL."""
    try:
        with _client() as client:
            info = client.info("server")
    except redis.RedisError:
        place = place_of(settings().redis_url)
        return Part("broker", works=False, says=(
            f"No broker answers at {place}: start it (`make up`), or set REDIS_URL."))
    name = "Valkey" if "valkey_version" in info else "Redis"
    return Part("broker", works=True,
                says=f"{name} {info.get('valkey_version') or info.get('redis_version')}")


def relay() -> Part:
    """The relay at SMTP_URL: that it takes us on, with the TLS and the login that we need."""
    at = settings().smtp_url
    place = f"{at.host}:{at.port}"
    try:
        found = connect(
            at, helo=settings().mail_from.rpartition("@")[2], seconds=PATIENCE,
            context=context_of(at, settings().smtp_ca_file),
        )
    except RelayUnreachable as error:
        return Part("relay", works=False, says=(
            f"The relay at {place} cannot be used, {error}: mend it, or set SMTP_URL."))
    with found.socket, contextlib.suppress(OSError):
        found.socket.sendall(b"QUIT\r\n")
    return Part("relay", works=True, says=f"{place}, tls={at.tls}")


def signing() -> Part:
    """Which keys at DKIM_KEYS sign, and that they can. Unsigned is wrong in production."""
    at = settings()
    if at.dkim_keys is None:
        return Part("dkim", works=True, says="the relay signs")
    try:
        names = [key.selector for key in Keyring.load(at).current()]
    except BadSettings as error:
        return Part("dkim", works=False, says=str(error))
    if names:
        return Part("dkim", works=True, says=f"signed by {' and '.join(names)}")
    return Part("dkim", works=not at.is_production, says=(
        f"No key in {at.dkim_keys} signs: run `newsletter dkim new`, or set DKIM_KEYS."))


def workers() -> Part:
    """The Celery workers that answer, and whether every queue has one."""
    try:
        lanes = queue.control.inspect(timeout=LISTEN).active_queues() or {}
    except (OperationalError, redis.RedisError, OSError):
        return Part("workers", works=False, says="They cannot be asked without the broker.")
    served = {row["name"] for rows in lanes.values() for row in rows}
    missing = [name for name in QUEUES if name not in served]
    if missing:
        parts = " and ".join(f"worker-{name}" for name in missing)
        return Part("workers", works=False, says=(
            f"{len(lanes)} answer; nobody serves {', '.join(missing)}: start {parts} of the "
            "Procfile."))
    return Part("workers", works=True, says=f"{len(lanes)} answer, every queue is served")


def beat(now: datetime) -> Part:
    """The clock: when its tick was last carried out. Needs the database."""
    last = last_beat(BEAT)
    if last is None:
        return Part("beat", works=False, says="It never ticked: start beat and worker-upkeep.")
    ago = int((now - last).total_seconds())
    works = ago <= TICKS * settings().tick_seconds + PATIENCE
    return Part("beat", works=works, says=(
        f"last tick {ago} s ago" if works else
        f"last tick {ago} s ago, due every {settings().tick_seconds} s: start beat and "
        "worker-upkeep."))


def wake_ups() -> dict[str, int | None]:
    """How many wake-ups wait in each queue of the broker; None when it cannot be asked."""
    try:
        with _client() as client:
            return {name: int(client.llen(name)) for name in QUEUES}
    except redis.RedisError:
        return dict.fromkeys(QUEUES)


def _client() -> redis.Redis:
    client: redis.Redis = redis.Redis.from_url(
        settings().redis_url, socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE
    )
    return client
