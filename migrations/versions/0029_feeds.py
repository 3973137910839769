"""Feeds that are looked at elsewhere, and what they gave, which waits for a person.

Revision ID: 0029
Revises: 0028
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    op.create_table(
        "feeds",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("address", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("language", sa.String, nullable=False),
        sa.Column("every_hours", sa.Integer, nullable=False),
        sa.Column("added_by", sa.BigInteger),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("off_at", sa.DateTime(timezone=True)),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True)),
        sa.Column("looked_at", sa.DateTime(timezone=True)),
        sa.Column("found_last", sa.Integer, nullable=False),
        sa.Column("trouble", sa.Enum(
            "bad_address", "no_host", "refused_address", "unreachable", "too_slow", "too_large",
            "too_many_redirects", "bad_status", "wrong_type", "bad_encoding", "entities",
            "no_feed", "not_finished", name="trouble", native_enum=False, create_constraint=True,
            length=32)),
        sa.Column("trouble_detail", sa.String, nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True)),
        sa.Column("etag", sa.String, nullable=False),
        sa.Column("modified", sa.String, nullable=False),
        sa.CheckConstraint("address ~ '^https?://' and length(address) <= 2000",
                           name=op.f("ck_feeds_address")),
        sa.CheckConstraint("length(name) between 1 and 100", name=op.f("ck_feeds_name")),
        sa.CheckConstraint("every_hours between 1 and 168", name=op.f("ck_feeds_every_hours")),
        sa.CheckConstraint("(trouble is null) = (failing_since is null)",
                           name=op.f("ck_feeds_failing_since")),
        sa.ForeignKeyConstraint(["added_by"], ["accounts.id"],
                                name=op.f("fk_feeds_added_by_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feeds")),
        sa.UniqueConstraint("address", name=op.f("uq_feeds_address")),
    )
    op.create_index(op.f("ix_feeds_added_by"), "feeds", ["added_by"])
    op.create_index("ix_feeds_due", "feeds", ["due_at"],
                    postgresql_where=sa.text("off_at is null"))
    op.create_table(
        "feed_items",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("feed_id", sa.BigInteger, nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("address", sa.String),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("summary", sa.String, nullable=False),
        sa.Column("body_md", sa.String, nullable=False),
        sa.Column("authors", postgresql.ARRAY(sa.TEXT), nullable=False),
        sa.Column("published_on", sa.Date),
        sa.Column("state", sa.Enum("waiting", "accepted", "aside", name="state",
                                   native_enum=False, create_constraint=True, length=32),
                  nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("article_id", sa.BigInteger),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("decided_by", sa.BigInteger),
        sa.CheckConstraint("(state = 'waiting') = (decided_at is null)",
                           name=op.f("ck_feed_items_decided_at")),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"],
                                name=op.f("fk_feed_items_feed_id_feeds")),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], ondelete="SET NULL",
                                name=op.f("fk_feed_items_article_id_articles")),
        sa.ForeignKeyConstraint(["decided_by"], ["accounts.id"],
                                name=op.f("fk_feed_items_decided_by_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_items")),
        sa.UniqueConstraint("feed_id", "key", name=op.f("uq_feed_items_feed_id_key")),
    )
    op.create_index("uq_feed_items_address", "feed_items", ["address"], unique=True,
                    postgresql_where=sa.text("address is not null"))
    op.create_index("ix_feed_items_state", "feed_items", ["state", sa.text("id desc")])
    op.create_index("ix_feed_items_waiting", "feed_items", ["feed_id"],
                    postgresql_where=sa.text("state = 'waiting'"))
    op.create_index(op.f("ix_feed_items_article_id"), "feed_items", ["article_id"])
    op.create_index(op.f("ix_feed_items_decided_by"), "feed_items", ["decided_by"])


def downgrade() -> None:
    op.drop_table("feed_items")
    op.drop_table("feeds")
