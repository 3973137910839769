"""The broker: its address as each library spells it, and whether it answers."""

from urllib.parse import urlsplit

import redis


def celery_url(redis_url: str) -> str:
    """The broker's address as Celery spells it (redis-py spells sockets otherwise)."""
    if not redis_url.startswith("unix://"):
        return redis_url
    path, _, query = redis_url.removeprefix("unix://").partition("?")
    return f"redis+socket://{path}?virtual_host={_database(query)}"


def limits_url(redis_url: str, *, database: int = 1) -> str:
    """The broker's address as Flask-Limiter spells it, in another logical database."""
    if redis_url.startswith("unix://"):
        path = redis_url.removeprefix("unix://").partition("?")[0]
        return f"redis+unix://{path}?db={database}"
    return urlsplit(redis_url)._replace(path=f"/{database}").geturl()


def counts_url(redis_url: str, *, database: int = 1) -> str:
    """The broker's address as redis-py spells it, in another logical database."""
    return limits_url(redis_url, database=database).replace("redis+unix://", "unix://", 1)


def answers(redis_url: str, *, seconds: float) -> bool:
    """Whether it answers; connecting and answering may take `seconds` each."""
    broker = redis.Redis.from_url(
        redis_url, socket_connect_timeout=seconds, socket_timeout=seconds
    )
    try:
        broker.ping()
    except redis.RedisError:
        return False
    finally:
        broker.close()
    return True


def _database(query: str) -> str:
    return dict(p.split("=", 1) for p in query.split("&") if "=" in p).get("db", "0")
