"""The magazine, its themes, the article store.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "magazines",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("issn", sa.String(), nullable=False),
        sa.Column("publisher", sa.String(), nullable=False),
        sa.Column("association", sa.String(), nullable=False),
        sa.Column("association_short", sa.String(), nullable=False),
        sa.Column("editor_in_chief", sa.String(), nullable=False),
        sa.Column("editor", sa.String(), nullable=False),
        sa.Column("postal_address", sa.String(), nullable=False),
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("editors_mail", sa.String(), nullable=False),
        sa.Column("partnerships_mail", sa.String(), nullable=False),
        sa.Column("tagline_nl", sa.String(), nullable=False),
        sa.Column("tagline_en", sa.String(), nullable=False),
        sa.Column("volume_base_year", sa.Integer(), nullable=False),
        sa.Column("editions_per_year", sa.Integer(), nullable=False),
        sa.Column("colours", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("colours_dark", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("weekly_weekday", sa.Integer(), nullable=False),
        sa.Column("weekly_at", sa.Time(), nullable=False),
        sa.Column("monthly_day", sa.Integer(), nullable=False),
        sa.Column("monthly_at", sa.Time(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_magazines_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_magazines")),
    )
    op.create_table(
        "themes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name_nl", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("sentence_nl", sa.String(), nullable=False),
        sa.Column("sentence_en", sa.String(), nullable=False),
        sa.Column("sign", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name=op.f("ck_themes_slug")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_themes")),
        sa.UniqueConstraint("position", name=op.f("uq_themes_position")),
        sa.UniqueConstraint("slug", name=op.f("uq_themes_slug")),
    )
    op.create_table(
        "articles",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "redactioneel",
                "interview",
                "artikel",
                "opinie",
                "studiereis",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("authors", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("body_md", sa.String(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name=op.f("ck_articles_slug")),
        sa.CheckConstraint("length(summary) between 1 and 2000", name=op.f("ck_articles_summary")),
        sa.CheckConstraint("length(title) between 1 and 200", name=op.f("ck_articles_title")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_articles")),
        sa.UniqueConstraint("slug", name=op.f("uq_articles_slug")),
    )
    op.create_index("ix_articles_released_at", "articles", ["released_at"], unique=False)
    op.create_table(
        "article_themes",
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("theme_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["articles.id"],
            name=op.f("fk_article_themes_article_id_articles"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["theme_id"], ["themes.id"], name=op.f("fk_article_themes_theme_id_themes")
        ),
        sa.PrimaryKeyConstraint("article_id", "theme_id", name=op.f("pk_article_themes")),
    )
    op.create_index(
        op.f("ix_article_themes_theme_id"), "article_themes", ["theme_id"], unique=False
    )


def downgrade() -> None:
    op.drop_table("article_themes")
    op.drop_table("articles")
    op.drop_table("themes")
    op.drop_table("magazines")
