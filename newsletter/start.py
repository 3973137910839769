"""How a part starts: a bad setting or an old schema ends it with one line, a server that is away
is told in one.
"""

import sys
from collections.abc import Callable

from flask import Flask

from newsletter.config import Settings
from newsletter.errors import BadSettings
from newsletter.logs import get_logger
from newsletter.reach import BROKER_PORT, DATABASE_PORT, silence
from newsletter.schema_version import fault_of

log = get_logger(__name__)

# Gunicorn's word for an application that cannot be loaded; after any other it would try for ever.
NOT_LOADED = 4


def start(make: Callable[[], Flask]) -> Flask:
    """The application that `make` makes. Raises SystemExit when the settings make none.

    Servers may come later, in any order: one that does not answer yet is only told. A database
    with an older schema than the code needs ends it as well: most of it would work, and some of it
    would lose what people ask.
    """
    try:
        app = make()
    except BadSettings as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(NOT_LOADED) from None
    for line in missing_servers(app.config["SETTINGS"]):
        log.warning("server_missing", says=line)
    if fault := fault_of(app.config["SETTINGS"].database_url):
        sys.stderr.write(f"{fault}\n")
        raise SystemExit(NOT_LOADED)
    return app


def missing_servers(settings: Settings) -> list[str]:
    """One line for each server that does not answer: which, and what to set."""
    servers = (
        ("PostgreSQL", "DATABASE_URL", settings.database_url, DATABASE_PORT),
        ("Redis or Valkey", "REDIS_URL", settings.redis_url, BROKER_PORT),
    )
    return [
        f"No {server} answers at {name} ({reason}): start it, or set {name}."
        for server, name, address, port in servers
        if (reason := silence(address, default_port=port))
    ]
