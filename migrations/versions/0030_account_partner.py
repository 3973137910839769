"""Account partner: the association that someone at the desk works for, if any.

Revision ID: 0030
Revises: 0029
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    op.add_column("accounts", sa.Column("partner_id", sa.BigInteger))
    op.create_foreign_key(op.f("fk_accounts_partner_id_partners"), "accounts", "partners",
                          ["partner_id"], ["id"])
    op.create_index(op.f("ix_accounts_partner_id"), "accounts", ["partner_id"])


def downgrade() -> None:
    op.drop_column("accounts", "partner_id")
