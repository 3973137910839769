"""Reminders by mail before a deadline of an edition, which are due once and can be switched off.

Revision ID: 0035
Revises: 0034
"""

import re

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0035"
down_revision = "0034"

DAYS = {"copy_reminders": "{7,1}", "approval_reminders": "{2}", "sending_reminders": "{1}"}


def upgrade() -> None:
    op.create_table(
        "reminders",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("edition_id", sa.BigInteger, nullable=False),
        sa.Column("deadline", sa.Enum("copy", "approval", "sending", name="deadline",
                                      native_enum=False, create_constraint=True, length=32),
                  nullable=False),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("days", sa.SmallInteger, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mails", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"], ondelete="CASCADE",
                                name=op.f("fk_reminders_edition_id_editions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders")),
        sa.UniqueConstraint("edition_id", "deadline", "deadline_at", "days",
                            name=op.f("uq_reminders_edition_id_deadline_deadline_at_days")),
    )
    op.add_column("accounts", sa.Column("gets_reminders", sa.Boolean, nullable=False,
                                        server_default=sa.true()))
    for name, days in DAYS.items():
        op.add_column("magazines", sa.Column(name, postgresql.ARRAY(sa.SmallInteger),
                                             nullable=False, server_default=days))
        op.create_check_constraint(
            op.f(f"ck_magazines_{name}"), "magazines",
            f"cardinality({name}) <= 3 and 1 <= all({name}) and 60 >= all({name})")
    _allow([*_kinds(), "reminder"])
    op.create_index("ix_imports_to_decide", "imports", ["id"],
                    postgresql_where=sa.text("status = 'judged'"))


def downgrade() -> None:
    op.drop_index("ix_imports_to_decide", "imports")
    op.execute("delete from attempts where delivery_id in "
               "(select id from deliveries where kind = 'reminder')")
    op.execute("delete from deliveries where kind = 'reminder'")
    _allow([kind for kind in _kinds() if kind != "reminder"])
    for name in DAYS:
        op.drop_constraint(op.f(f"ck_magazines_{name}"), "magazines")
        op.drop_column("magazines", name)
    op.drop_column("accounts", "gets_reminders")
    op.drop_table("reminders")


def _kinds() -> list[str]:
    """The kinds of mail that a delivery may have now."""
    rule = op.get_bind().scalar(sa.text(
        "select pg_get_constraintdef(oid) from pg_constraint "
        "where conname = 'ck_deliveries_kind' and conrelid = 'deliveries'::regclass"))
    return re.findall(r"'([a-z_]+)'", str(rule))


def _allow(kinds: list[str]) -> None:
    """The kinds of mail that a delivery may have, in every partition."""
    words = ", ".join(f"'{kind}'" for kind in kinds)
    op.drop_constraint("ck_deliveries_kind", "deliveries")
    op.create_check_constraint(op.f("ck_deliveries_kind"), "deliveries", f"kind in ({words})")
