"""A second factor for every account, sessions that are rows, and invitations by mail.

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"

COLUMNS = ("tf_primary_method", "tf_totp_secret", "tf_last_counter", "mf_recovery_codes",
           "invitation_nonce", "invited_at")
KINDS = ("confirm_signup", "already_subscribed", "welcome", "manage_link", "confirm_address",
         "address_changed", "digest", "edition")


def upgrade() -> None:
    op.add_column("accounts", sa.Column("tf_primary_method", sa.String()))
    op.add_column("accounts", sa.Column("tf_totp_secret", sa.String()))
    op.add_column("accounts", sa.Column("tf_last_counter", sa.BigInteger()))
    op.add_column("accounts", sa.Column("mf_recovery_codes", postgresql.ARRAY(sa.String())))
    op.add_column("accounts", sa.Column("invitation_nonce", sa.Integer(), server_default="0",
                                        nullable=False))
    op.add_column("accounts", sa.Column("invited_at", sa.DateTime(timezone=True)))
    _allow(*KINDS, "invitation")
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
    op.execute("delete from attempts where delivery_id in "
               "(select id from deliveries where kind = 'invitation')")
    op.execute("delete from deliveries where kind = 'invitation'")
    _allow(*KINDS)
    op.drop_table("account_sessions")
    op.drop_constraint(op.f("ck_accounts_second_factor"), "accounts")
    for name in COLUMNS:
        op.drop_column("accounts", name)


def _allow(*kinds: str) -> None:
    """The kinds of mail that a delivery may have, in every partition."""
    words = ", ".join(f"'{kind}'" for kind in kinds)
    op.drop_constraint("ck_deliveries_kind", "deliveries")
    op.create_check_constraint(op.f("ck_deliveries_kind"), "deliveries", f"kind in ({words})")
