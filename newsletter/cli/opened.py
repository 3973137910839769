"""`opened()`: the lean application around a command; a server that is missing is said plainly."""

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
def plainly() -> Iterator[None]:
    """Turn the loss of the database into one line that says which setting helps.

    Raises ServerMissing.
    """
    try:
        yield
    except DBAPIError as error:
        line = _missing(error)
        if line is None:
            raise
        raise ServerMissing(line) from error


def _missing(error: DBAPIError) -> str | None:
    state = getattr(error.orig, "sqlstate", None)
    if isinstance(error, ProgrammingError):
        return "The database has no tables yet: run `newsletter database upgrade`." if (
            state == _NO_TABLE) else None
    if error.connection_invalidated or state is None or state.startswith(_GONE):
        return (f"PostgreSQL does not answer at {place_of(settings().database_url)}: start it "
                "(`make up`), or set DATABASE_URL.")
    return None


def place_of(url: str) -> str:
    """Host and port, or the socket's folder, of a server's address; never its password."""
    parts = urlsplit(url)
    if parts.hostname:
        return f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname
    return parse_qs(parts.query).get("host", [parts.path])[0]
