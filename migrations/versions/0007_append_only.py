"""Ledgers that the app may only add to, and frozen content that it may not change.

Revision ID: 0007
Revises: 0006
"""

from alembic import context, op

revision = "0007"
down_revision = "0006"

LEDGERS = ("consents", "consent_wordings", "attempts", "audit_entries")
# What was approved is what is sent; retention may remove it whole.
FROZEN = ("manifests", "blocks", "variants")


def upgrade() -> None:
    role = op.get_bind().dialect.identifier_preparer.quote(context.get_context().opts["app_role"])
    op.execute(f"grant select on alembic_version to {role}")
    for table in LEDGERS:
        op.execute(f"revoke update, delete, truncate on {table} from {role}")
    for table in FROZEN:
        op.execute(f"revoke update, truncate on {table} from {role}")


def downgrade() -> None:
    role = op.get_bind().dialect.identifier_preparer.quote(context.get_context().opts["app_role"])
    for table in LEDGERS:
        op.execute(f"grant update, delete on {table} to {role}")
    for table in FROZEN:
        op.execute(f"grant update on {table} to {role}")
    op.execute(f"revoke select on alembic_version from {role}")
