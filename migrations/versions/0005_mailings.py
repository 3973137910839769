"""Editions, digest slots, frozen content and mailings.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "editions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("volume", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("numbers_in_year", sa.Integer(), server_default="8", nullable=False),
        sa.Column("title", sa.String(), server_default="", nullable=False),
        sa.Column("editorial_md", sa.String(), server_default="", nullable=False),
        sa.Column("subject", sa.String(), server_default="", nullable=False),
        sa.Column("preheader", sa.String(), server_default="", nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "planned",
                "scheduled",
                "published",
                "late",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="planned",
            nullable=False,
        ),
        sa.Column("send_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("copy_deadline_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approval_deadline_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("appeared_on", sa.Date(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "(status = 'published') = (published_at is not null)",
            name=op.f("ck_editions_published_at"),
        ),
        sa.CheckConstraint(
            "subject !~ '[[:cntrl:]]' and preheader !~ '[[:cntrl:]]'",
            name=op.f("ck_editions_one_line"),
        ),
        sa.CheckConstraint(
            "copy_deadline_at <= approval_deadline_at and approval_deadline_at <= send_at",
            name=op.f("ck_editions_deadlines"),
        ),
        sa.CheckConstraint("length(subject) <= 200", name=op.f("ck_editions_subject")),
        sa.CheckConstraint("length(title) <= 200", name=op.f("ck_editions_title")),
        sa.CheckConstraint("number between 1 and 8", name=op.f("ck_editions_number")),
        sa.CheckConstraint("volume between 1 and 999", name=op.f("ck_editions_volume")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_editions")),
        sa.UniqueConstraint("volume", "number", name=op.f("uq_editions_volume_number")),
    )
    op.create_table(
        "edition_items",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("edition_id", sa.BigInteger(), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("section", sa.String(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_edition_items_article_id_articles")
        ),
        sa.ForeignKeyConstraint(
            ["edition_id"],
            ["editions.id"],
            name=op.f("fk_edition_items_edition_id_editions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edition_items")),
        sa.UniqueConstraint(
            "edition_id", "article_id", name=op.f("uq_edition_items_edition_id_article_id")
        ),
        sa.UniqueConstraint(
            "edition_id",
            "position",
            deferrable=True,
            initially="DEFERRED",
            name=op.f("uq_edition_items_edition_id_position"),
        ),
    )
    op.create_index(
        op.f("ix_edition_items_article_id"), "edition_items", ["article_id"], unique=False
    )
    op.create_table(
        "digest_slots",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
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
        sa.Column("slot_on", sa.Date(), nullable=False),
        sa.Column("slot_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("window_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "planned",
                "carried_out",
                "nothing_new",
                "merged",
                "late",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="planned",
            nullable=False,
        ),
        sa.Column("readers_due", sa.Integer(), nullable=True),
        sa.Column("readers_nothing_new", sa.Integer(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("cadence <> 'none'", name=op.f("ck_digest_slots_has_rhythm")),
        sa.CheckConstraint("window_from < slot_at", name=op.f("ck_digest_slots_window")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest_slots")),
        sa.UniqueConstraint("cadence", "slot_at", name=op.f("uq_digest_slots_cadence_slot_at")),
    )
    op.create_index(
        "ix_digest_slots_due",
        "digest_slots",
        ["slot_at"],
        unique=False,
        postgresql_where=sa.text("status = 'planned'"),
    )
    op.create_table(
        "manifests",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("edition_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["editions.id"], name=op.f("fk_manifests_edition_id_editions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manifests")),
    )
    op.create_table(
        "blocks",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("manifest_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["manifest_id"],
            ["manifests.id"],
            name=op.f("fk_blocks_manifest_id_manifests"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blocks")),
        sa.UniqueConstraint("manifest_id", "position", name=op.f("uq_blocks_manifest_id_position")),
    )
    op.create_table(
        "variants",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("manifest_id", sa.BigInteger(), nullable=False),
        sa.Column("selection_key", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("preheader", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("html_blocks", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("text_blocks", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["manifest_id"],
            ["manifests.id"],
            name=op.f("fk_variants_manifest_id_manifests"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_variants")),
        sa.UniqueConstraint(
            "manifest_id", "selection_key", name=op.f("uq_variants_manifest_id_selection_key")
        ),
    )
    op.create_table(
        "mailings",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("edition_id", sa.BigInteger(), nullable=True),
        sa.Column("digest_slot_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "planned",
                "held",
                "sending",
                "paused",
                "finished",
                "cancelled",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="planned",
            nullable=False,
        ),
        sa.Column("cutoff_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("manifest_id", sa.BigInteger(), nullable=True),
        sa.Column("recipients", sa.Integer(), nullable=True),
        sa.Column("recipients_hash", sa.String(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sending_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(status = 'finished') = (finished_at is not null) or status = 'cancelled'",
            name=op.f("ck_mailings_finished_at"),
        ),
        sa.CheckConstraint(
            "status in ('planned', 'held', 'cancelled') or (manifest_id is not null "
            "and recipients is not null and recipients_hash is not null)",
            name=op.f("ck_mailings_sending_is_frozen"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(edition_id, digest_slot_id) = 1", name=op.f("ck_mailings_one_cause")
        ),
        sa.ForeignKeyConstraint(
            ["digest_slot_id"],
            ["digest_slots.id"],
            name=op.f("fk_mailings_digest_slot_id_digest_slots"),
        ),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["editions.id"], name=op.f("fk_mailings_edition_id_editions")
        ),
        sa.ForeignKeyConstraint(
            ["manifest_id"], ["manifests.id"], name=op.f("fk_mailings_manifest_id_manifests")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailings")),
        sa.UniqueConstraint("digest_slot_id", name=op.f("uq_mailings_digest_slot_id")),
        sa.UniqueConstraint("edition_id", name=op.f("uq_mailings_edition_id")),
        sa.UniqueConstraint("key", name=op.f("uq_mailings_key")),
    )
    op.create_index("ix_mailings_status", "mailings", ["status"], unique=False)


def downgrade() -> None:
    op.drop_table("mailings")
    op.drop_table("variants")
    op.drop_table("blocks")
    op.drop_table("manifests")
    op.drop_table("digest_slots")
    op.drop_table("edition_items")
    op.drop_table("editions")
