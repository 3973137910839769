"""Which statements the database is asked: their number is tested, never a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session


@contextmanager
def asked(session: Session) -> Iterator[list[str]]:
    """Collects what the session's connection is asked, without the savepoints of the tests."""
    found: list[str] = []
    connection = session.connection()

    def note(*arguments: Any) -> None:
        if not arguments[2].startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            found.append(arguments[2])

    event.listen(connection, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(connection, "before_cursor_execute", note)
