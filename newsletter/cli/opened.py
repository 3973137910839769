"""`opened()`: the lean application around a command; a server that is missing is said plainly."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

from flask import current_app
from sqlalchemy.exc import DBAPIError, ProgrammingError

from newsletter.core import create_core, settings
from newsletter.errors import ServerMissing
from newsletter.extensions import db

# SQLSTATE classes that say "no server" rather than "no such thing": connection, going down.
_GONE = ("08", "57P")
_NO_TABLE = "42P01"
_NO_RIGHT = "42501"
# What the server answers to who knocks with a wrong role, password or database.
_TURNED_AWAY = re.compile(r"FATAL:\s+([^\r\n]+)")


@contextmanager
def opened() -> Iterator[None]:
    """The application at hand, else a new core from the environment, as a context.

    Raises BadSettings, or ServerMissing when PostgreSQL does not answer or has no tables yet.
    """
    if current_app:
        with plainly():
            yield
        return
    with create_core().app_context():
        try:
            with plainly():
                yield
        finally:
            db.session.remove()
            db.engine.dispose()


@contextmanager
def plainly(setting: str = "DATABASE_URL") -> Iterator[None]:
    """Turn the loss of the database into one line that says which setting helps.

    `setting` is the one whose address is used inside. Raises ServerMissing.
    """
    try:
        yield
    except DBAPIError as error:
        line = _missing(error, setting)
        if line is None:
            raise
        raise ServerMissing(line) from error


def _missing(error: DBAPIError, setting: str) -> str | None:
    state = getattr(error.orig, "sqlstate", None)
    said = str(error.orig)
    if state == _NO_RIGHT:
        return f"The role of {setting} may not do that ({said.splitlines()[0]}): set another."
    if isinstance(error, ProgrammingError):
        return "The database has no tables yet: run `newsletter database upgrade`." if (
            state == _NO_TABLE) else None
    place = place_of(getattr(settings(), setting.lower()))
    if state is None and (turned_away := _TURNED_AWAY.search(said)):
        return f"PostgreSQL at {place} refuses ({turned_away[1]}): mend {setting}."
    if error.connection_invalidated or state is None or state.startswith(_GONE):
        return (f"PostgreSQL does not answer at {place}: start it (`make up`), or set "
                f"{setting}.")
    return None


def place_of(url: str) -> str:
    """Host and port, or the socket's folder, of a server's address; never its password."""
    parts = urlsplit(url)
    if parts.hostname:
        return f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname
    return parse_qs(parts.query).get("host", [parts.path])[0]
