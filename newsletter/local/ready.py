"""Waits until every part answers: the web, the inbox and both workers.

Run as `python -m newsletter.local.ready`; exit code 1 and a line when one does not.
"""

import http.client
import os
import socket
import sys
import time
from collections.abc import Callable

from celery import Celery
from kombu.exceptions import OperationalError

from newsletter import config
from newsletter.broker import celery_url
from newsletter.errors import BadSettings
from newsletter.local.parts import beat_schedule

PATIENCE_SECONDS = 90.0
NODES = {"worker": "bulk", "worker-prompt": "prompt"}


def web_answers(port: int) -> bool:
    """Whether the web says that it is well."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def inbox_answers(port: int) -> bool:
    """Whether somebody greets on the inbox's port (RFC 5321 §4.2)."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            return connection.recv(64).startswith(b"220")
    except OSError:
        return False


def answering_nodes(queue: Celery) -> set[str]:
    """The first names of the worker nodes that answer a ping."""
    try:
        replies = queue.control.ping(timeout=0.5, limit=len(NODES))
    except (OperationalError, OSError):
        return set()
    return {name.split("@")[0] for reply in replies for name in reply}


def waiting_for(settings: config.Settings) -> list[str]:
    """Wait for all; the names of the parts that did not answer in time."""
    queue = Celery(broker=celery_url(settings.redis_url))
    queue.conf.broker_connection_retry = False
    checks: dict[str, Callable[[], bool]] = {
        "web": lambda: web_answers(settings.port),
        "inbox": lambda: inbox_answers(settings.inbox_port),
        "beat": lambda: any(settings.state.glob(f"{beat_schedule(settings.state).name}*")),
    }
    waiting = {*checks, *NODES}
    deadline = time.monotonic() + PATIENCE_SECONDS
    while waiting and time.monotonic() < deadline:
        waiting -= {name for name in waiting & checks.keys() if checks[name]()}
        if waiting & NODES.keys():
            nodes = answering_nodes(queue)
            waiting -= {name for name, node in NODES.items() if node in nodes}
        time.sleep(0.1)
    return sorted(waiting)


def main() -> int:
    """Wait with the settings of the environment."""
    try:
        missing = waiting_for(config.load(os.environ))
    except BadSettings as error:
        print(error, file=sys.stderr)
        return 2
    if missing:
        print(f"No answer from: {', '.join(missing)}.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
