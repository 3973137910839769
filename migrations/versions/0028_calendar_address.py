"""Calendar address: which of an account's secret addresses is the one that holds.

Revision ID: 0028
Revises: 0027
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.add_column("accounts", sa.Column("calendar_nonce", sa.BigInteger, server_default="0",
                                        nullable=False))
    op.create_check_constraint(op.f("ck_accounts_calendar_nonce"), "accounts",
                               "calendar_nonce between 0 and 4294967295")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_accounts_calendar_nonce"), "accounts")
    op.drop_column("accounts", "calendar_nonce")
