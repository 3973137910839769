"""The schema: bring it up to the newest migration."""

from urllib.parse import unquote, urlsplit

from flask import current_app
from flask_migrate import Migrate, upgrade

from newsletter.core import ROOT, settings
from newsletter.errors import BadSettings
from newsletter.extensions import db

migrate = Migrate(db=db, directory=str(ROOT / "migrations"))


def upgrade_schema() -> None:
    """Run every migration that the database lacks, as the owner's role; safe to repeat.

    Raises BadSettings when owner and app would be one role: then no ledger is append-only.
    """
    found = settings()
    owner = urlsplit(found.database_owner_url).username if found.database_owner_url else None
    if owner is None or unquote(owner) == found.database_role:
        fault = (
            "DATABASE_OWNER_URL must name the owner's role, and DATABASE_URL another one that "
            "cannot change the schema."
        )
        raise BadSettings([fault])
    migrate.init_app(current_app)
    upgrade()
