"""Which schema this code needs, and whether a database is behind it.

One that is ahead is none of our business: the web of the version before goes on while the schema
is brought up to date, so every migration must suit the code that still runs.
"""

from functools import cache
from pathlib import Path

import psycopg

from newsletter.ask_database import ask_database

VERSIONS = Path(__file__).resolve().parent.parent / "migrations" / "versions"
PATIENCE_SECONDS = 3  # for each of connecting and asking
_ASK = "select version_num from alembic_version"
_EMPTY = "The database has no tables yet: run `newsletter database upgrade`."


@cache
def needed() -> str:
    """The newest migration that this code brings, by its number; Alembic itself is not asked."""
    return max(path.name.partition("_")[0] for path in VERSIONS.glob("[0-9]*.py"))


def is_behind(present: str) -> bool:
    """Whether a schema of that number is older than this code needs."""
    return present < needed()


def behind(present: str | None) -> str:
    """What to say of a schema that is older than this code needs; empty when it is not."""
    if present is None:
        return _EMPTY
    if not is_behind(present):
        return ""
    return f"The schema is at {present}, not at {needed()}: run `newsletter database upgrade`."


def fault_of(database_url: str) -> str:
    """The same of the database there; empty as well when it cannot be asked now."""
    try:
        row = ask_database(database_url, _ASK, seconds=PATIENCE_SECONDS)
    except psycopg.errors.UndefinedTable:
        return _EMPTY
    except psycopg.Error:
        return ""
    return behind(row[0] if row else None)
