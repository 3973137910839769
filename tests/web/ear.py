"""An ear at the database: which statements it is asked while something happens."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from newsletter.extensions import db


@contextmanager
def heard() -> Iterator[list[str]]:
    """The statements that the database is asked meanwhile, without the numbers of savepoints."""
    statements: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(re.sub(r"sa_savepoint_[0-9]+", "sa_savepoint", statement))

    event.listen(db.engine, "before_cursor_execute", hear)
    try:
        yield statements
    finally:
        event.remove(db.engine, "before_cursor_execute", hear)
