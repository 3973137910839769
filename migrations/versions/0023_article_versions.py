"""Versions: each save of an article as it was written, so that any can be compared and restored.

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.create_table(
        "article_versions",
        sa.Column("article_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.BigInteger),
        sa.Column("restored_from", sa.Integer),
        sa.Column("content", postgresql.JSONB, nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], ondelete="CASCADE",
                                name=op.f("fk_article_versions_article_id_articles")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"],
                                name=op.f("fk_article_versions_account_id_accounts")),
        sa.PrimaryKeyConstraint("article_id", "revision", name=op.f("pk_article_versions")),
    )
    op.create_index(op.f("ix_article_versions_account_id"), "article_versions", ["account_id"])


def downgrade() -> None:
    op.drop_table("article_versions")
