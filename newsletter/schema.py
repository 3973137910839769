"""The schema: bring it up to the newest migration."""

from flask import current_app
from flask_migrate import Migrate, upgrade

from newsletter.core import ROOT
from newsletter.extensions import db

migrate = Migrate(db=db, directory=str(ROOT / "migrations"))


def upgrade_schema() -> None:
    """Run every migration that the database lacks, as the owner's role; safe to repeat."""
    migrate.init_app(current_app)
    upgrade()
