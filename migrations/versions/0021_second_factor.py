"""A second factor and recovery codes for every account, and sessions that are rows.

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"

COLUMNS = ("tf_primary_method", "tf_totp_secret", "tf_last_counter", "mf_recovery_codes")


def upgrade() -> None:
    op.add_column("accounts", sa.Column("tf_primary_method", sa.String()))
    op.add_column("accounts", sa.Column("tf_totp_secret", sa.String()))
    op.add_column("accounts", sa.Column("tf_last_counter", sa.BigInteger()))
    op.add_column("accounts", sa.Column("mf_recovery_codes", postgresql.ARRAY(sa.String())))
    op.create_check_constraint(op.f("ck_accounts_second_factor"), "accounts",
                               "(tf_primary_method is null) = (tf_totp_secret is null)")
    op.create_table(
        "account_sessions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("key_hash", sa.String(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("second_factor_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("program", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"],
                                name=op.f("fk_account_sessions_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_sessions")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_account_sessions_key_hash")),
    )
    op.create_index("ix_account_sessions_account_id", "account_sessions", ["account_id"],
                    postgresql_where=sa.text("ended_at is null"))
    op.create_index("ix_account_sessions_until", "account_sessions", ["until"])


def downgrade() -> None:
    op.drop_table("account_sessions")
    op.drop_constraint(op.f("ck_accounts_second_factor"), "accounts")
    for name in COLUMNS:
        op.drop_column("accounts", name)
