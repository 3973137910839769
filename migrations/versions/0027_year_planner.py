"""The year planner: periods without editions, when an edition last changed, and from which dates
it was moved last.

Revision ID: 0027
Revises: 0026
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"

MOMENT = sa.DateTime(timezone=True)
PREVIOUS = ("previous_send_at", "previous_copy_deadline_at", "previous_approval_deadline_at")


def upgrade() -> None:
    op.create_table(
        "closed_periods",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("first_on", sa.Date, nullable=False),
        sa.Column("last_on", sa.Date, nullable=False),
        sa.Column("entered_by", sa.BigInteger, nullable=False),
        sa.Column("entered_at", MOMENT, nullable=False),
        sa.Column("revision", sa.Integer, server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closed_periods")),
        sa.ForeignKeyConstraint(["entered_by"], ["accounts.id"],
                                name=op.f("fk_closed_periods_entered_by_accounts")),
        sa.CheckConstraint("length(name) between 1 and 80", name=op.f("ck_closed_periods_name")),
        sa.CheckConstraint("last_on - first_on between 0 and 99",
                           name=op.f("ck_closed_periods_days")),
    )
    op.create_index("ix_closed_periods_last_on_first_on", "closed_periods",
                    ["last_on", "first_on"])
    for name in PREVIOUS:
        op.add_column("editions", sa.Column(name, MOMENT))
    op.add_column("editions", sa.Column("changed_at", MOMENT, server_default=sa.func.now(),
                                        nullable=False))
    op.create_check_constraint(op.f("ck_editions_previous"), "editions",
                               f"num_nulls({', '.join(PREVIOUS)}) in (0, 3)")
    op.create_index("ix_editions_send_at", "editions", ["send_at"])


def downgrade() -> None:
    op.drop_index("ix_editions_send_at", "editions")
    op.drop_constraint(op.f("ck_editions_previous"), "editions")
    for name in (*PREVIOUS, "changed_at"):
        op.drop_column("editions", name)
    op.drop_table("closed_periods")
