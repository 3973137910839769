"""Pace: what operators limit, what is left of it, which domains ask for less, and the brake.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

TABLES = ("pace_limits", "warm_up_days", "pace_buckets", "pace_slots", "slowed_domains",
          "recent_answers")


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "pace_limits",
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("per_second", sa.Double(), nullable=True),
        sa.Column("at_once", sa.Integer(), nullable=True),
        _moment("changed_at"),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.CheckConstraint("num_nonnulls(per_second, at_once) > 0 and coalesce(per_second, 1) > 0 "
                           "and coalesce(at_once, 1) > 0", name=op.f("ck_pace_limits_limits")),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_pace_limits")),
    )
    op.create_table(
        "warm_up_days",
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("scope", "day", name=op.f("pk_warm_up_days")),
    )
    op.create_table(
        "pace_buckets",
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("tokens", sa.Double(), nullable=True),
        _moment("filled_at"),
        _moment("booked_until", nullable=True),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_pace_buckets")),
    )
    op.create_table(
        "pace_slots",
        sa.Column("delivery_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_pace_slots")),
    )
    op.create_index("ix_pace_slots_scope", "pace_slots", ["scope"])
    op.create_table(
        "slowed_domains",
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        _moment("slowed_at"),
        _moment("counted_from"),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("put_off", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("domain", name=op.f("pk_slowed_domains")),
    )
    op.create_table(
        "recent_answers",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("mailing_id", sa.BigInteger(), nullable=False),
        sa.Column("marks", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("said", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recent_answers")),
    )
    op.create_index("ix_recent_answers_mailing_id", "recent_answers", ["mailing_id", "id"])
    op.create_index("ix_recent_answers_about_sender", "recent_answers", ["mailing_id"],
                    postgresql_where=sa.text("marks like '%1%'"))


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
