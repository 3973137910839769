"""Held slots: a slot may wait for an editor's release, with a line on top and articles left out
or pinned.

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

COLUMNS = ("is_held", "editorial_line", "revision", "released_at")
BEFORE = ("planned", "carried_out", "nothing_new", "merged", "late")


def _statuses(words: tuple[str, ...]) -> str:
    return "status in ({})".format(", ".join(f"'{word}'" for word in words))


def upgrade() -> None:
    op.add_column("digest_slots", sa.Column("is_held", sa.Boolean, server_default=sa.false(),
                                            nullable=False))
    op.add_column("digest_slots", sa.Column("editorial_line", sa.String, server_default="",
                                            nullable=False))
    op.add_column("digest_slots", sa.Column("revision", sa.Integer, server_default="0",
                                            nullable=False))
    op.add_column("digest_slots", sa.Column("released_at", sa.DateTime(timezone=True)))
    op.drop_constraint(op.f("ck_digest_slots_status"), "digest_slots")
    op.create_check_constraint(op.f("ck_digest_slots_status"), "digest_slots",
                               _statuses((*BEFORE, "held")))
    op.create_check_constraint(op.f("ck_digest_slots_held_waits"), "digest_slots",
                               "status <> 'held' or is_held")
    op.create_check_constraint(op.f("ck_digest_slots_editorial_line"), "digest_slots",
                               "length(editorial_line) <= 300")
    op.create_table(
        "digest_slot_articles",
        sa.Column("slot_id", sa.BigInteger, nullable=False),
        sa.Column("article_id", sa.BigInteger, nullable=False),
        sa.Column("treatment",
                  sa.Enum("left_out", "pinned", name="treatment", native_enum=False,
                          create_constraint=True, length=32),
                  nullable=False),
        sa.ForeignKeyConstraint(["slot_id"], ["digest_slots.id"], ondelete="CASCADE",
                                name=op.f("fk_digest_slot_articles_slot_id_digest_slots")),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], ondelete="CASCADE",
                                name=op.f("fk_digest_slot_articles_article_id_articles")),
        sa.PrimaryKeyConstraint("slot_id", "article_id", name=op.f("pk_digest_slot_articles")),
    )
    op.create_index(op.f("ix_digest_slot_articles_article_id"), "digest_slot_articles",
                    ["article_id"])


def downgrade() -> None:
    op.drop_table("digest_slot_articles")
    # Who waits for a release that nobody can give any more is asked about instead.
    op.execute("update digest_slots set status = 'late' where status = 'held'")
    op.drop_constraint(op.f("ck_digest_slots_held_waits"), "digest_slots")
    op.drop_constraint(op.f("ck_digest_slots_editorial_line"), "digest_slots")
    op.drop_constraint(op.f("ck_digest_slots_status"), "digest_slots")
    op.create_check_constraint(op.f("ck_digest_slots_status"), "digest_slots",
                               _statuses(BEFORE))
    for name in COLUMNS:
        op.drop_column("digest_slots", name)
