"""Corrections bound: an approval is also of the line for who has the old text, and what was carried
out stays as it was.

Revision ID: 0039
Revises: 0038
"""

import sqlalchemy as sa
from alembic import context, op

revision = "0039"
down_revision = "0038"

REASONS = ("subject", "preheader", "audience", "content", "unmakeable", "withdrawn")

KEEP = """
    create function keep_carried_out() returns trigger
    language plpgsql set search_path = pg_catalog, public, pg_temp as $$
    begin
        if new is distinct from old then
            raise exception 'a correction that was carried out stays as it was'
                using errcode = 'integrity_constraint_violation';
        end if;
        return new;
    end $$
"""


def upgrade() -> None:
    for name in ("line_nl", "line_en"):
        op.add_column("approvals", sa.Column(name, sa.String, server_default="", nullable=False))
    _reasons((*REASONS, "line"))
    op.get_bind().exec_driver_sql(KEEP)
    op.execute("create trigger kept before update on corrections for each row "
               "when (old.corrected_at is not null) execute function keep_carried_out()")
    op.execute("revoke all on function keep_carried_out() from public")
    role = op.get_bind().dialect.identifier_preparer.quote(context.get_context().opts["app_role"])
    op.execute(f"revoke delete, truncate on corrections from {role}")


def downgrade() -> None:
    role = op.get_bind().dialect.identifier_preparer.quote(context.get_context().opts["app_role"])
    op.execute(f"grant delete on corrections to {role}")
    op.execute("drop trigger kept on corrections")
    op.execute("drop function keep_carried_out()")
    op.execute("update approvals set void_reason = 'content' where void_reason = 'line'")
    _reasons(REASONS)
    for name in ("line_nl", "line_en"):
        op.drop_column("approvals", name)


def _reasons(reasons: tuple[str, ...]) -> None:
    op.drop_constraint(op.f("ck_approvals_void_reason"), "approvals")
    said = ", ".join(f"'{each}'" for each in reasons)
    op.create_check_constraint(op.f("ck_approvals_void_reason"), "approvals",
                               f"void_reason in ({said})")
