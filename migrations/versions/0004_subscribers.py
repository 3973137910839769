"""Subscribers, their subscriptions and the ledger of consent.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "subscribers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("identity", sa.String(), nullable=True),
        sa.Column("mailbox", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(address is null) = (identity is null)", name=op.f("ck_subscribers_identity")
        ),
        sa.CheckConstraint(
            "length(address) between 3 and 254", name=op.f("ck_subscribers_address")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscribers")),
        sa.UniqueConstraint("identity", name=op.f("uq_subscribers_identity")),
    )
    op.create_index("ix_subscribers_mailbox", "subscribers", ["mailbox"], unique=False)
    op.create_table(
        "subscriptions",
        sa.Column("subscriber_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "pending",
                "active",
                "ended",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("receives_editions", sa.Boolean(), nullable=False),
        sa.Column(
            "cadence",
            sa.Enum(
                "weekly",
                "monthly",
                "none",
                name="cadence",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "language",
            sa.Enum(
                "nl", "en", name="language", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column(
            "format",
            sa.Enum(
                "mail", "text", name="format", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("confirm_nonce", sa.Integer(), server_default="0", nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "ended_reason",
            sa.Enum(
                "unsubscribed",
                "nothing_chosen",
                "never_confirmed",
                name="ended_reason_word",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.CheckConstraint(
            "(status = 'ended') = (ended_at is not null)", name=op.f("ck_subscriptions_ended_at")
        ),
        sa.CheckConstraint(
            "(status = 'ended') = (ended_reason is not null)",
            name=op.f("ck_subscriptions_ended_reason"),
        ),
        sa.CheckConstraint(
            "status <> 'active' or confirmed_at is not null",
            name=op.f("ck_subscriptions_active_confirmed"),
        ),
        sa.CheckConstraint(
            "status <> 'active' or receives_editions or cadence <> 'none'",
            name=op.f("ck_subscriptions_active_chose"),
        ),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscribers.id"],
            name=op.f("fk_subscriptions_subscriber_id_subscribers"),
        ),
        sa.PrimaryKeyConstraint("subscriber_id", name=op.f("pk_subscriptions")),
    )
    op.create_index(
        "ix_subscriptions_cadence",
        "subscriptions",
        ["cadence"],
        unique=False,
        postgresql_where=sa.text("status = 'active'"),
    )
    op.create_table(
        "subscription_themes",
        sa.Column("subscriber_id", sa.BigInteger(), nullable=False),
        sa.Column("theme_id", sa.BigInteger(), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriptions.subscriber_id"],
            name=op.f("fk_subscription_themes_subscriber_id_subscriptions"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["theme_id"], ["themes.id"], name=op.f("fk_subscription_themes_theme_id_themes")
        ),
        sa.PrimaryKeyConstraint("subscriber_id", "theme_id", name=op.f("pk_subscription_themes")),
    )
    op.create_index(
        "ix_subscription_themes_theme_id", "subscription_themes", ["theme_id"], unique=False
    )
    op.create_table(
        "consent_wordings",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "language",
            sa.Enum(
                "nl", "en", name="language", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_wordings")),
        sa.UniqueConstraint(
            "language", "version", name=op.f("uq_consent_wordings_language_version")
        ),
    )
    op.create_table(
        "consents",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("subscriber_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "act",
            sa.Enum(
                "asked",
                "given",
                "changed",
                "withdrawn",
                name="act",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("means", sa.String(), nullable=False),
        sa.Column("source_page", sa.String(), nullable=False),
        sa.Column("wording_id", sa.BigInteger(), nullable=True),
        sa.Column("choices", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscribers.id"],
            name=op.f("fk_consents_subscriber_id_subscribers"),
        ),
        sa.ForeignKeyConstraint(
            ["wording_id"],
            ["consent_wordings.id"],
            name=op.f("fk_consents_wording_id_consent_wordings"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    op.create_index("ix_consents_subscriber_id", "consents", ["subscriber_id"], unique=False)


def downgrade() -> None:
    op.drop_table("consents")
    op.drop_table("consent_wordings")
    op.drop_table("subscription_themes")
    op.drop_table("subscriptions")
    op.drop_table("subscribers")
