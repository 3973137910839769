"""An image that was sent stays as it was: the app adds images, and neither changes nor removes one.

Revision ID: 0037
Revises: 0030
"""

from alembic import context, op

revision = "0037"
down_revision = "0030"

# Mails point at them for as long as mails are kept.
LASTING = ("images", "image_files")


def upgrade() -> None:
    for table in LASTING:
        op.execute(f"revoke update, delete, truncate on {table} from {_app()}")


def downgrade() -> None:
    for table in LASTING:
        op.execute(f"grant update, delete on {table} to {_app()}")


def _app() -> str:
    role: str = context.get_context().opts["app_role"]
    return op.get_bind().dialect.identifier_preparer.quote(role)
