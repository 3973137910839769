"""Two roles: the owner, who migrates, and the app, which can only read and write rows.

Revision ID: 0001
Revises:
"""

from alembic import context, op

revision = "0001"
down_revision = None


def upgrade() -> None:
    role = context.get_context().opts["app_role"]
    owner = op.get_bind().exec_driver_sql("select current_user").scalar_one()
    if role == owner:
        raise RuntimeError(
            "DATABASE_URL and DATABASE_OWNER_URL name the same role; the app's role must be "
            "another one, without rights on the schema."
        )
    quoted = op.get_bind().dialect.identifier_preparer.quote(role)
    op.execute("revoke create on schema public from public")
    op.execute(f"grant usage on schema public to {quoted}")
    op.execute(
        f"alter default privileges in schema public "
        f"grant select, insert, update, delete on tables to {quoted}"
    )
    op.execute(
        f"alter default privileges in schema public grant usage, select on sequences to {quoted}"
    )


def downgrade() -> None:
    role = context.get_context().opts["app_role"]
    quoted = op.get_bind().dialect.identifier_preparer.quote(role)
    op.execute(
        f"alter default privileges in schema public "
        f"revoke select, insert, update, delete on tables from {quoted}"
    )
    op.execute(
        f"alter default privileges in schema public revoke usage, select on sequences from {quoted}"
    )
    op.execute(f"revoke usage on schema public from {quoted}")
