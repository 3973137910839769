"""`/healthz`: one word for each part; 200 when the web can serve, else 503."""

from datetime import timedelta

import redis
from flask import Blueprint, Response, jsonify
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from newsletter import clock
from newsletter.core import settings
from newsletter.deliveries.heartbeat import BEAT, last_beat
from newsletter.extensions import db
from newsletter.web.extensions import limiter

ops = Blueprint("ops", __name__)

BEAT_SILENT_AFTER = timedelta(minutes=5)  # O01


@ops.get("/healthz")
@limiter.exempt
def health() -> tuple[Response, int]:
    """Database, broker and beat: `ok`, or what is wrong. Names no address and no version."""
    database = _database()
    parts = {
        "database": database,
        "broker": _broker(),
        "beat": _beat() if database == "ok" else "unknown",
    }
    response = jsonify(ready=database == "ok", parts=parts)
    response.headers["Cache-Control"] = "no-store"
    return response, 200 if database == "ok" else 503


def _database() -> str:
    try:
        db.session.execute(text("select 1 from alembic_version"))
    except SQLAlchemyError:
        return "does not answer"
    finally:
        db.session.rollback()
    return "ok"


def _broker() -> str:
    broker = redis.Redis.from_url(
        settings().redis_url, socket_connect_timeout=1, socket_timeout=1
    )
    try:
        broker.ping()
    except redis.RedisError:
        return "does not answer"
    finally:
        broker.close()
    return "ok"


def _beat() -> str:
    seen = last_beat(BEAT)
    db.session.rollback()
    if seen is None:
        return "not seen yet"
    return "ok" if clock.now() - seen < BEAT_SILENT_AFTER else "silent"
