"""`create_core`: settings, database, queue and keys; all that workers and commands need."""

import os
from collections.abc import Mapping
from pathlib import Path

from flask import Flask, current_app

from newsletter import config, logs
from newsletter.broker import celery_url
from newsletter.config import Settings
from newsletter.counts import Counts
from newsletter.extensions import db, queue
from newsletter.models import metadata
from newsletter.tokens import Signer

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("nl", "en")


def create_core(overrides: Mapping[str, str] | None = None) -> Flask:
    """A Flask application with the ground bound and no doors. Raises BadSettings.

    `overrides` stands above the environment, in the environment's own words.
    """
    settings = config.load({**os.environ, **(overrides or {})})
    logs.configure(settings.log_format)
    app = Flask("newsletter", root_path=str(ROOT / "newsletter"),
                template_folder=str(ROOT / "templates"), static_folder=None)
    app.config["SETTINGS"] = settings
    app.config["SECRET_KEY"] = settings.secret_key
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {
        "pool_pre_ping": True,
        # What a statement was given (addresses, bodies) stays out of errors, so of logs (P09).
        "hide_parameters": True,
        "pool_size": 4,
        "max_overflow": 4,
        "pool_timeout": 4,
        # R10: a page must answer 503 within 5 s when PostgreSQL is gone.
        "connect_args": {"connect_timeout": 3, "application_name": "newsletter"},
    }
    app.extensions["signer"] = Signer(settings.secret_key, settings.secret_key_previous)
    app.extensions["counts"] = Counts(settings.redis_url)
    db.init_app(app)
    assert metadata is db.metadata
    _bind_queue(settings)
    return app


def settings() -> Settings:
    """The settings of the application at hand."""
    found: Settings = current_app.config["SETTINGS"]
    return found


def signer() -> Signer:
    """The signer of the application at hand."""
    found: Signer = current_app.extensions["signer"]
    return found


def counts() -> Counts:
    """The counts of the application at hand."""
    found: Counts = current_app.extensions["counts"]
    return found


def _bind_queue(settings: Settings) -> None:
    queue.conf.update(
        broker_url=celery_url(settings.redis_url),
        broker_connection_retry_on_startup=True,
        # However long the broker is away: a worker that gave up would need a person (R09).
        broker_connection_max_retries=None,
        broker_connection_timeout=2,
        broker_transport_options={
            # Wake-ups are cheap and lost ones are asked again by recovery: come back soon.
            "visibility_timeout": 120,
            "unacked_restore_interval": 10,
            "unacked_restore_throttle": 1,
            "socket_connect_timeout": 2,
            "socket_timeout": 5,
        },
        task_ignore_result=True,
        task_publish_retry=False,
        task_default_queue="upkeep",
        worker_hijack_root_logger=False,
        worker_prefetch_multiplier=1,
        timezone="UTC",
        enable_utc=True,
    )
