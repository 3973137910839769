"""Runs the migrations as the owner's role, never waiting long for a lock."""

import sqlalchemy as sa
from alembic import context
from flask import current_app

from newsletter.config import Settings
from newsletter.models import metadata

LOCK_TIMEOUT = "5s"


def run() -> None:
    """Upgrade or check over one connection of the owner (else of the app, if there is one role)."""
    settings: Settings = current_app.config["SETTINGS"]
    engine = sa.create_engine(settings.database_owner_url or settings.database_url)
    with engine.connect() as connection:
        connection.execute(sa.text(f"set lock_timeout = '{LOCK_TIMEOUT}'"))
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=metadata,
            compare_type=True,
            transaction_per_migration=True,
            app_role=settings.database_role,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
