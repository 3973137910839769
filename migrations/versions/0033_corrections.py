"""Corrections: a better text for what has not left of a paused edition.

Revision ID: 0033
Revises: 0032
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "corrections",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("mailing_id", sa.BigInteger, nullable=False),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("preheader", sa.String, nullable=False),
        sa.Column("editorial_md", sa.String, nullable=False),
        sa.Column("text_nl", sa.String, server_default="", nullable=False),
        sa.Column("text_en", sa.String, server_default="", nullable=False),
        sa.Column("revision", sa.Integer, server_default="0", nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("opened_by", sa.BigInteger, nullable=False),
        sa.Column("dropped_at", MOMENT),
        sa.Column("number", sa.Integer),
        sa.Column("corrected_at", MOMENT),
        sa.Column("corrected_by", sa.BigInteger),
        sa.Column("old_manifest_id", sa.BigInteger),
        sa.Column("manifest_id", sa.BigInteger),
        sa.Column("approval_id", sa.BigInteger),
        sa.Column("moved", sa.Integer),
        sa.Column("kept", sa.Integer),
        sa.Column("served", sa.Integer),
        sa.Column("notice_id", sa.BigInteger),
        sa.CheckConstraint("number between 1 and 5", name=op.f("ck_corrections_number")),
        sa.CheckConstraint(
            "num_nonnulls(number, corrected_at, corrected_by, old_manifest_id, manifest_id, "
            "approval_id, moved, kept, served, notice_id) in (0, 10)",
            name=op.f("ck_corrections_carried_out")),
        sa.CheckConstraint("num_nonnulls(dropped_at, corrected_at) < 2",
                           name=op.f("ck_corrections_one_end")),
        sa.CheckConstraint("length(title) <= 200", name=op.f("ck_corrections_title")),
        sa.CheckConstraint("length(subject) <= 200", name=op.f("ck_corrections_subject")),
        sa.CheckConstraint("subject !~ '[[:cntrl:]]' and preheader !~ '[[:cntrl:]]'",
                           name=op.f("ck_corrections_one_line")),
        sa.CheckConstraint("length(text_nl) <= 400", name=op.f("ck_corrections_text_nl")),
        sa.CheckConstraint("length(text_en) <= 400", name=op.f("ck_corrections_text_en")),
        sa.ForeignKeyConstraint(["mailing_id"], ["mailings.id"],
                                name=op.f("fk_corrections_mailing_id_mailings")),
        sa.ForeignKeyConstraint(["opened_by"], ["accounts.id"],
                                name=op.f("fk_corrections_opened_by_accounts")),
        sa.ForeignKeyConstraint(["corrected_by"], ["accounts.id"],
                                name=op.f("fk_corrections_corrected_by_accounts")),
        sa.ForeignKeyConstraint(["old_manifest_id"], ["manifests.id"],
                                name=op.f("fk_corrections_old_manifest_id_manifests")),
        sa.ForeignKeyConstraint(["manifest_id"], ["manifests.id"],
                                name=op.f("fk_corrections_manifest_id_manifests")),
        sa.ForeignKeyConstraint(["approval_id"], ["approvals.id"],
                                name=op.f("fk_corrections_approval_id_approvals")),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"],
                                name=op.f("fk_corrections_notice_id_notices")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
        sa.UniqueConstraint("mailing_id", "number", name=op.f("uq_corrections_mailing_id_number")),
    )
    op.create_index("uq_corrections_open", "corrections", ["mailing_id"], unique=True,
                    postgresql_where=sa.text("dropped_at is null and corrected_at is null"))
    for name in ("opened_by", "corrected_by", "old_manifest_id", "manifest_id", "approval_id",
                 "notice_id"):
        op.create_index(op.f(f"ix_corrections_{name}"), "corrections", [name])
    op.add_column("deliveries", sa.Column("correction", sa.Integer))


def downgrade() -> None:
    op.drop_column("deliveries", "correction")
    op.drop_table("corrections")
