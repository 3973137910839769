"""Corrections bound: an approval is also of the line for who has the old text, and what was carried
out stays as it was.

Revision ID: 0039
Revises: 0038
"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"

REASONS = ("subject", "preheader", "audience", "content", "unmakeable", "withdrawn")


def upgrade() -> None:
    for name in ("line_nl", "line_en"):
        op.add_column("approvals", sa.Column(name, sa.String, server_default="", nullable=False))
    _reasons((*REASONS, "line"))


def downgrade() -> None:
    op.execute("update approvals set void_reason = 'content' where void_reason = 'line'")
    _reasons(REASONS)
    for name in ("line_nl", "line_en"):
        op.drop_column("approvals", name)


def _reasons(reasons: tuple[str, ...]) -> None:
    op.drop_constraint(op.f("ck_approvals_void_reason"), "approvals")
    said = ", ".join(f"'{each}'" for each in reasons)
    op.create_check_constraint(op.f("ck_approvals_void_reason"), "approvals",
                               f"void_reason in ({said})")
