"""Asks PostgreSQL one question on a connection of its own, and waits no longer than it says."""

import contextlib
import os
import socket
import threading
from collections.abc import Iterator
from typing import Any

import psycopg
from sqlalchemy.engine import make_url


def ask_database(
    url: str, question: str, *parameters: str, seconds: int
) -> tuple[Any, ...] | None:
    """The first row of the answer. Raises psycopg.Error, also when `seconds` (2 or more) are over.

    Connecting and asking may take `seconds` each. A server that hangs keeps its side of every
    connection open, so no timeout of the network or of the server itself would end the wait, and
    a connection of the pool would wait for it unasked.
    """
    address = make_url(url)
    arguments = dict(address.get_dialect()().create_connect_args(address)[1])
    arguments |= {"connect_timeout": seconds, "application_name": "newsletter health"}
    with (
        contextlib.closing(psycopg.connect(**arguments, autocommit=True)) as connection,
        _cut_after(connection, seconds),
    ):
        # Where the server does live, its side must end as well when, say, a lock is in the way.
        connection.execute(f"set statement_timeout = '{seconds}s'")
        return connection.execute(question, parameters).fetchone()


@contextlib.contextmanager
def _cut_after(connection: psycopg.Connection, seconds: int) -> Iterator[None]:
    """Cut the line under whoever waits at it when the time is over."""
    with socket.socket(fileno=os.dup(connection.fileno())) as line:
        knife = threading.Timer(seconds, _cut, [line])
        knife.start()
        try:
            yield
        finally:
            knife.cancel()
            knife.join()


def _cut(line: socket.socket) -> None:
    with contextlib.suppress(OSError):  # the other side was quicker
        line.shutdown(socket.SHUT_RDWR)
