"""Partners: associations that co-finance, contribute and distribute.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "partners",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("sentence_nl", sa.String(), nullable=False),
        sa.Column("sentence_en", sa.String(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name=op.f("ck_partners_slug")),
        sa.CheckConstraint(
            "name = btrim(name) and length(name) between 1 and 200", name=op.f("ck_partners_name")
        ),
        sa.CheckConstraint(
            "site ~ '^https://[a-z0-9-]+([.][a-z0-9-]+)+$'", name=op.f("ck_partners_site")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partners")),
        sa.UniqueConstraint("slug", name=op.f("uq_partners_slug")),
    )


def downgrade() -> None:
    op.drop_table("partners")
