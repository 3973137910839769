"""Images that stay as they were sent, requests that were extended, and feed items that fall away:
the app adds images and neither changes nor removes one.

Revision ID: 0037
Revises: 0036
"""

import sqlalchemy as sa
from alembic import context, op

revision = "0037"
down_revision = "0036"

# Mails point at them for as long as mails are kept.
LASTING = ("images", "image_files")


def upgrade() -> None:
    for table in LASTING:
        op.execute(f"revoke update, delete, truncate on {table} from {_app()}")
    op.add_column("data_requests", sa.Column("extended_at", sa.DateTime(timezone=True)))
    op.add_column("data_requests", sa.Column("extended_by", sa.BigInteger))
    op.add_column("data_requests", sa.Column("extended_because", sa.String, server_default="",
                                             nullable=False))
    op.create_foreign_key(op.f("fk_data_requests_extended_by_accounts"), "data_requests",
                          "accounts", ["extended_by"], ["id"])
    op.create_check_constraint(op.f("ck_data_requests_extended"), "data_requests",
                               "num_nulls(extended_at, extended_by) in (0, 2)")
    op.create_check_constraint(op.f("ck_data_requests_extended_because"), "data_requests",
                               "length(extended_because) <= 500")
    op.create_index("ix_feed_items_forgettable", "feed_items", ["decided_at"],
                    postgresql_where=sa.text("state = 'aside' and title <> ''"))


def downgrade() -> None:
    op.drop_index("ix_feed_items_forgettable", "feed_items")
    for name in ("extended_because", "extended_by", "extended_at"):
        op.drop_column("data_requests", name)
    for table in LASTING:
        op.execute(f"grant update, delete on {table} to {_app()}")


def _app() -> str:
    role: str = context.get_context().opts["app_role"]
    return op.get_bind().dialect.identifier_preparer.quote(role)
