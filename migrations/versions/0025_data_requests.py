"""Requests of readers under the AVG, and an index by which the desk counts suppressions.

Revision ID: 0025
Revises: 0024
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

KINDS = ("access", "rectification", "erasure", "objection")
OUTCOMES = ("given", "corrected", "erased", "stopped", "nothing_held", "refused", "withdrawn")


def _words(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "data_requests",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", _words("kind", KINDS), nullable=False),
        sa.Column("subscriber_id", sa.BigInteger(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.BigInteger(), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handled_by", sa.BigInteger(), nullable=True),
        sa.Column("outcome", _words("outcome", OUTCOMES), nullable=True),
        sa.Column("note", sa.String(), server_default="", nullable=False),
        sa.CheckConstraint("num_nulls(handled_at, handled_by, outcome) in (0, 3)",
                           name=op.f("ck_data_requests_handled")),
        sa.CheckConstraint("due_on > received_on", name=op.f("ck_data_requests_due_on")),
        sa.CheckConstraint("length(note) <= 500", name=op.f("ck_data_requests_note")),
        sa.ForeignKeyConstraint(["subscriber_id"], ["subscribers.id"],
                                name=op.f("fk_data_requests_subscriber_id_subscribers")),
        sa.ForeignKeyConstraint(["opened_by"], ["accounts.id"],
                                name=op.f("fk_data_requests_opened_by_accounts")),
        sa.ForeignKeyConstraint(["handled_by"], ["accounts.id"],
                                name=op.f("fk_data_requests_handled_by_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_requests")),
    )
    op.create_index("ix_data_requests_due_on", "data_requests", ["due_on"],
                    postgresql_where=sa.text("handled_at is null"))
    op.create_index("ix_data_requests_handled_at", "data_requests", ["handled_at"],
                    postgresql_where=sa.text("handled_at is not null"))
    op.create_index("ix_data_requests_subscriber_id", "data_requests", ["subscriber_id"],
                    postgresql_where=sa.text("subscriber_id is not null"))
    op.create_index("ix_suppressions_reason_created_at", "suppressions", ["reason", "created_at"])


def downgrade() -> None:
    op.drop_index("ix_suppressions_reason_created_at", "suppressions")
    op.drop_table("data_requests")
