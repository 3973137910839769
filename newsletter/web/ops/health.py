"""`/healthz`: one word for each part; 200 when the web can serve, else 503."""

from datetime import datetime

import psycopg
from flask import Blueprint, Response, jsonify

from newsletter import clock
from newsletter.ask_database import ask_database
from newsletter.broker import answers
from newsletter.core import settings
from newsletter.deliveries.heartbeat import BEAT, is_silent
from newsletter.schema_version import is_behind
from newsletter.web.extensions import limiter

ops = Blueprint("ops", __name__)

PATIENCE_SECONDS = 2  # for each of connecting and answering: a probe waits no longer either
_VERSION_AND_BEAT = (
    "select version_num, (select at from heartbeats where part = %s) from alembic_version")


@ops.get("/healthz")
@limiter.exempt
def health() -> tuple[Response, int]:
    """Database, broker and beat: `ok`, or what is wrong. Names no address and no version.

    It answers within seconds, also when the database or the broker hangs.
    """
    database, beat = _database()
    parts = {"database": database, "broker": _broker(), "beat": beat}
    response = jsonify(ready=database == "ok", parts=parts)
    response.headers["Cache-Control"] = "no-store"
    return response, 200 if database == "ok" else 503


def _database() -> tuple[str, str]:
    try:
        row = ask_database(
            settings().database_url, _VERSION_AND_BEAT, BEAT, seconds=PATIENCE_SECONDS)
    except psycopg.Error:
        return "does not answer", "unknown"
    version, seen = row or ("", None)
    return "is behind" if is_behind(version) else "ok", _beat(seen)


def _broker() -> str:
    return "ok" if answers(settings().redis_url, seconds=1) else "does not answer"


def _beat(seen: datetime | None) -> str:
    if seen is None:
        return "not seen yet"
    return "silent" if is_silent(seen, now=clock.now()) else "ok"
