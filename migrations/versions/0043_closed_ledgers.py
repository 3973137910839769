"""Closed ledgers: what each mailing that is over came to, kept once by the job that checks it.

It is empty at first: the job keeps one ledger more of the past each time that it runs.

Revision ID: 0043
Revises: 0042
"""

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql

revision = "0043"
down_revision = "0042"


def upgrade() -> None:
    op.create_table(
        "closed_ledgers",
        sa.Column("mailing_id", sa.BigInteger, nullable=False),
        sa.Column("recipients_hash", sa.String, nullable=False),
        sa.Column("sent", sa.Integer, nullable=False),
        sa.Column("failed", postgresql.JSONB, nullable=False),
        sa.Column("skipped", postgresql.JSONB, nullable=False),
        sa.Column("unclear_copies", sa.Integer, nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("sent >= 0 and unclear_copies >= 0",
                           name=op.f("ck_closed_ledgers_counts")),
        sa.ForeignKeyConstraint(["mailing_id"], ["mailings.id"],
                                name=op.f("fk_closed_ledgers_mailing_id_mailings")),
        sa.PrimaryKeyConstraint("mailing_id", name=op.f("pk_closed_ledgers")),
    )
    op.create_index("ix_closed_ledgers_checked_at", "closed_ledgers", ["checked_at"])
    role = op.get_bind().dialect.identifier_preparer.quote(context.get_context().opts["app_role"])
    op.execute(f"revoke update, delete, truncate on closed_ledgers from {role}")
    op.execute(f"grant update (checked_at) on closed_ledgers to {role}")


def downgrade() -> None:
    op.drop_table("closed_ledgers")
