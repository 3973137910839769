"""Proposals: changes of released articles by who may only offer them, until an editor decides.

Revision ID: 0041
Revises: 0040
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    op.create_table(
        "article_proposals",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("article_id", sa.BigInteger, nullable=False),
        sa.Column("account_id", sa.BigInteger, nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("base_revision", sa.Integer, nullable=False),
        sa.Column("content", postgresql.JSONB, nullable=False),
        sa.Column("state", sa.Enum(
            "waiting", "taken", "declined", "replaced", "withdrawn", name="state",
            native_enum=False, create_constraint=True, length=32),
            server_default="waiting", nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("decided_by", sa.BigInteger),
        sa.Column("why", sa.String, server_default="", nullable=False),
        sa.Column("taken_as", sa.Integer),
        sa.CheckConstraint("(state = 'waiting') = (decided_at is null)",
                           name=op.f("ck_article_proposals_decided_at")),
        sa.CheckConstraint("(decided_by is null) = (state not in ('taken', 'declined'))",
                           name=op.f("ck_article_proposals_decided_by")),
        sa.CheckConstraint("(state = 'taken') = (taken_as is not null)",
                           name=op.f("ck_article_proposals_taken_as")),
        sa.CheckConstraint("length(why) <= 500 and (state = 'declined') = (why <> '')",
                           name=op.f("ck_article_proposals_why")),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], ondelete="CASCADE",
                                name=op.f("fk_article_proposals_article_id_articles")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"],
                                name=op.f("fk_article_proposals_account_id_accounts")),
        sa.ForeignKeyConstraint(["decided_by"], ["accounts.id"],
                                name=op.f("fk_article_proposals_decided_by_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_proposals")),
    )
    op.create_index("ix_article_proposals_article_id", "article_proposals",
                    ["article_id", sa.text("id desc")])
    op.create_index("ix_article_proposals_account_id", "article_proposals",
                    ["account_id", sa.text("id desc")])
    op.create_index(op.f("ix_article_proposals_decided_by"), "article_proposals", ["decided_by"])
    op.create_index("ix_article_proposals_waiting", "article_proposals", ["id"],
                    postgresql_where=sa.text("state = 'waiting'"))
    op.create_index("uq_article_proposals_waiting", "article_proposals",
                    ["article_id", "account_id"], unique=True,
                    postgresql_where=sa.text("state = 'waiting'"))


def downgrade() -> None:
    op.drop_table("article_proposals")
