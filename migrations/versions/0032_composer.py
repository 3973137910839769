"""Composer: what is typed and not yet saved, who has an edition open, and links that were tried.

Revision ID: 0032
Revises: 0031
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    op.create_table(
        "edition_drafts",
        sa.Column("edition_id", sa.BigInteger, nullable=False),
        sa.Column("account_id", sa.BigInteger, nullable=False),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("preheader", sa.String, nullable=False),
        sa.Column("editorial_md", sa.String, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("base", sa.String, nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(title) <= 1000 and length(subject) <= 1000 "
                           "and length(preheader) <= 1000 and length(editorial_md) <= 100000",
                           name=op.f("ck_edition_drafts_length")),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"], ondelete="CASCADE",
                                name=op.f("fk_edition_drafts_edition_id_editions")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"],
                                name=op.f("fk_edition_drafts_account_id_accounts")),
        sa.PrimaryKeyConstraint("edition_id", "account_id", name=op.f("pk_edition_drafts")),
    )
    op.create_index(op.f("ix_edition_drafts_account_id"), "edition_drafts", ["account_id"])
    op.create_index(op.f("ix_edition_drafts_kept_at"), "edition_drafts", ["kept_at"])
    op.create_table(
        "edition_visits",
        sa.Column("edition_id", sa.BigInteger, nullable=False),
        sa.Column("account_id", sa.BigInteger, nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"], ondelete="CASCADE",
                                name=op.f("fk_edition_visits_edition_id_editions")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"],
                                name=op.f("fk_edition_visits_account_id_accounts")),
        sa.PrimaryKeyConstraint("edition_id", "account_id", name=op.f("pk_edition_visits")),
    )
    op.create_index(op.f("ix_edition_visits_account_id"), "edition_visits", ["account_id"])
    op.create_index(op.f("ix_edition_visits_seen_at"), "edition_visits", ["seen_at"])
    op.create_table(
        "link_checks",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("address", sa.String, nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("trouble", sa.Enum(
            "bad_address", "no_host", "refused_address", "unreachable", "too_slow", "too_large",
            "too_many_redirects", "bad_status", "wrong_type", "bad_encoding", "entities",
            "no_feed", "not_finished", name="trouble", native_enum=False, create_constraint=True,
            length=32)),
        sa.Column("status", sa.Integer),
        sa.CheckConstraint("length(address) <= 2000", name=op.f("ck_link_checks_address")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_checks")),
        sa.UniqueConstraint("address", name=op.f("uq_link_checks_address")),
    )
    op.create_index(op.f("ix_link_checks_tried_at"), "link_checks", ["tried_at"])


def downgrade() -> None:
    op.drop_table("link_checks")
    op.drop_table("edition_visits")
    op.drop_table("edition_drafts")
