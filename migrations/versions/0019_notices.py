"""Notices: lines owed to readers, and themes that were merged, split, renamed or retired.

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "notices",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("text_nl", sa.String, nullable=False),
        sa.Column("text_en", sa.String),
        sa.Column("article_id", sa.BigInteger),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("withdrawn_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], ondelete="SET NULL",
                                name=op.f("fk_notices_article_id_articles")),
        sa.CheckConstraint("length(text_nl) between 1 and 400", name=op.f("ck_notices_text_nl")),
        sa.CheckConstraint("length(text_en) between 1 and 400", name=op.f("ck_notices_text_en")),
    )
    op.create_index("ix_notices_article_id", "notices", ["article_id"],
                    postgresql_where=sa.text("article_id is not null"))
    op.create_table(
        "owed_notices",
        sa.Column("subscriber_id", sa.BigInteger, nullable=False),
        sa.Column("notice_id", sa.BigInteger, nullable=False),
        sa.Column("owed_at", MOMENT, nullable=False),
        sa.Column("delivery_id", sa.BigInteger),
        sa.Column("given_at", MOMENT),
        sa.PrimaryKeyConstraint("subscriber_id", "notice_id", name=op.f("pk_owed_notices")),
        sa.ForeignKeyConstraint(["subscriber_id"], ["subscriptions.subscriber_id"],
                                ondelete="CASCADE",
                                name=op.f("fk_owed_notices_subscriber_id_subscriptions")),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"],
                                name=op.f("fk_owed_notices_notice_id_notices")),
    )
    op.create_index("ix_owed_notices_open", "owed_notices", ["subscriber_id"],
                    postgresql_where=sa.text("given_at is null"))
    op.create_index("ix_owed_notices_notice_id", "owed_notices", ["notice_id"])
    op.add_column("variants", sa.Column("notice_ids", postgresql.ARRAY(sa.BigInteger),
                                        server_default="{}", nullable=False))
    op.create_table(
        "theme_heirs",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("theme_id", sa.BigInteger, nullable=False),
        sa.Column("heir_id", sa.BigInteger, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_theme_heirs")),
        sa.ForeignKeyConstraint(["theme_id"], ["themes.id"],
                                name=op.f("fk_theme_heirs_theme_id_themes")),
        sa.ForeignKeyConstraint(["heir_id"], ["themes.id"],
                                name=op.f("fk_theme_heirs_heir_id_themes")),
        sa.CheckConstraint("theme_id <> heir_id", name=op.f("ck_theme_heirs_another")),
    )
    op.create_index("uq_theme_heirs_present", "theme_heirs", ["theme_id", "heir_id"], unique=True,
                    postgresql_where=sa.text("ended_at is null"))
    op.create_table(
        "former_slugs",
        sa.Column("slug", sa.String, nullable=False),
        sa.Column("theme_id", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_former_slugs")),
        sa.ForeignKeyConstraint(["theme_id"], ["themes.id"],
                                name=op.f("fk_former_slugs_theme_id_themes")),
    )
    op.create_table(
        "theme_changes",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("kind",
                  sa.Enum("merged", "split", "renamed", "retired", name="kind", native_enum=False,
                          create_constraint=True, length=32),
                  nullable=False),
        sa.Column("theme_id", sa.BigInteger, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("undo_until", MOMENT, nullable=False),
        sa.Column("undone_at", MOMENT),
        sa.Column("before", postgresql.JSONB, server_default="{}", nullable=False),
        sa.Column("new_theme_ids", postgresql.ARRAY(sa.BigInteger), server_default="{}",
                  nullable=False),
        sa.Column("moved_article_ids", postgresql.ARRAY(sa.BigInteger), server_default="{}",
                  nullable=False),
        sa.Column("notice_ids", postgresql.ARRAY(sa.BigInteger), server_default="{}",
                  nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_theme_changes")),
        sa.ForeignKeyConstraint(["theme_id"], ["themes.id"],
                                name=op.f("fk_theme_changes_theme_id_themes")),
    )
    op.add_column("subscription_themes", sa.Column("inherited_id", sa.BigInteger))
    op.create_foreign_key(op.f("fk_subscription_themes_inherited_id_theme_heirs"),
                          "subscription_themes", "theme_heirs", ["inherited_id"], ["id"])
    op.create_index("ix_subscription_themes_inherited_id", "subscription_themes",
                    ["inherited_id"], postgresql_where=sa.text("inherited_id is not null"))


def downgrade() -> None:
    op.drop_column("subscription_themes", "inherited_id")
    for table in ("theme_changes", "former_slugs", "theme_heirs", "owed_notices", "notices"):
        op.drop_table(table)
    op.drop_column("variants", "notice_ids")
