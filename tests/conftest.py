"""The test house: real servers once, a migrated and seeded database for each need."""

import os
import secrets
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from newsletter.app import create_app
from newsletter.core import create_core
from newsletter.extensions import db
from newsletter.local.servers import Servers
from newsletter.schema import upgrade_schema
from seeds.load import load

pytest_plugins = ["tests.packages"]

SECRET = "a key for tests, which opens nothing elsewhere"
SEEDED_AT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def servers() -> Iterator[dict[str, str]]:
    """The addresses of a PostgreSQL and a Valkey of our own, as settings."""
    with tempfile.TemporaryDirectory(prefix="nl-") as folder:
        with Servers(Path(folder) / "state", environ={}, durable=False) as running:
            yield running.settings()
        running.remove()


@pytest.fixture(scope="session")
def settings_of(
    servers: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], dict[str, str]]:
    """The settings for a database by name, in the environment's words."""

    def of(database: str) -> dict[str, str]:
        named = {
            name: make_url(servers[name]).set(database=database).render_as_string(False)
            for name in ("DATABASE_URL", "DATABASE_OWNER_URL")
        }
        return {
            **named,
            "NEWSLETTER_ENV": "development",
            "REDIS_URL": servers["REDIS_URL"],
            "SECRET_KEY": SECRET,
            "PUBLIC_URL": "http://localhost",
            "STATE": "/nonexistent",
            "SPOOL": str(tmp_path_factory.mktemp("spool")),
            "HIGH_WATER": str(tmp_path_factory.mktemp("mark") / "high-water"),
        }

    return of


@pytest.fixture(scope="session")
def template(
    servers: dict[str, str], settings_of: Callable[[str], dict[str, str]]
) -> str:
    """The name of a database with all migrations and the seeds: what the others are copied from."""
    url = make_url(servers["DATABASE_OWNER_URL"])
    core = create_core(settings_of(str(url.database)))
    with core.app_context():
        upgrade_schema()
        load(db.session(), now=SEEDED_AT, demo=False)
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    return str(url.database)


@pytest.fixture(scope="session")
def make_database(
    template: str, servers: dict[str, str], settings_of: Callable[[str], dict[str, str]]
) -> Iterator[Callable[[], dict[str, str]]]:
    """Makes a copy of the template and gives its settings."""
    owner = make_url(servers["DATABASE_OWNER_URL"])
    admin = psycopg.connect(
        host=str(owner.query["host"]), user="postgres", dbname="postgres", autocommit=True
    )

    def make() -> dict[str, str]:
        name = f"t_{secrets.token_hex(6)}"
        admin.execute(f"create database {name} template {template} owner {owner.username}")
        return settings_of(name)

    yield make
    admin.close()


@pytest.fixture(scope="session")
def app(make_database: Callable[[], dict[str, str]]) -> Iterator[Flask]:
    """The whole web application on a database that every test leaves as it found it."""
    application = create_app({**make_database(), **_quick()})
    application.config["TESTING"] = True
    yield application
    with application.app_context():
        db.engine.dispose()


def _quick() -> dict[str, str]:
    """Limits that no test meets unless it asks for them."""
    return {
        "SIGNUP_PER_HOUR": "100000 per hour",
        "SIGNUP_WITHOUT_PROOF_PER_HOUR": "100000 per hour",
        "SIGNUP_GLOBAL_PER_MINUTE": "1000000 per minute",
    }


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """The database session in savepoint mode: commits are seen by this test alone, then undone."""
    with app.app_context():
        engine = db.engine
        connection = engine.connect()
        outer = connection.begin()
        engines = db._app_engines[app]
        engines[None] = connection  # type: ignore[assignment]
        options = {"bind": connection, "join_transaction_mode": "create_savepoint"}
        db.session.remove()
        db.session.configure(**options)
        try:
            yield db.session()
        finally:
            db.session.remove()
            db.session.configure(bind=None, join_transaction_mode="conditional_savepoint")
            engines[None] = engine
            outer.rollback()
            connection.close()


@pytest.fixture
def client(app: Flask, session: Session) -> FlaskClient:
    """A visitor whose requests share the test's transaction."""
    return app.test_client()


@pytest.fixture
def committed(make_database: Callable[[], dict[str, str]]) -> Iterator[Flask]:
    """A core application on a database of its own, where commits are real; for concurrency."""
    core = create_core(make_database())
    core.extensions["environ"] = {
        name: value for name, value in os.environ.items() if not name.startswith("DATABASE")
    }
    with core.app_context():
        yield core
        db.session.remove()
        db.engine.dispose()
