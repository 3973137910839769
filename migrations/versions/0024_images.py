"""Images of articles: each in a few sizes, under the hash of its content, in the database itself,
so that one backup holds all.

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.create_table(
        "images",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("source_hash", sa.String, nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_images")),
        sa.UniqueConstraint("source_hash", name=op.f("uq_images_source_hash")),
    )
    op.create_table(
        "image_files",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("image_id", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.String, nullable=False),
        sa.Column("extension", sa.String, nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.CheckConstraint("extension in ('jpg', 'png')", name=op.f("ck_image_files_extension")),
        sa.CheckConstraint("hash ~ '^[0-9a-f]{64}$'", name=op.f("ck_image_files_hash")),
        sa.ForeignKeyConstraint(["image_id"], ["images.id"], ondelete="CASCADE",
                                name=op.f("fk_image_files_image_id_images")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_image_files")),
        sa.UniqueConstraint("image_id", "width", name=op.f("uq_image_files_image_id_width")),
    )
    op.create_index(op.f("ix_image_files_hash"), "image_files", ["hash"])
    op.add_column("articles", sa.Column("image_id", sa.BigInteger))
    op.add_column("articles", sa.Column("image_alt", sa.String, server_default="", nullable=False))
    op.create_foreign_key(op.f("fk_articles_image_id_images"), "articles", "images",
                          ["image_id"], ["id"])
    op.create_index(op.f("ix_articles_image_id"), "articles", ["image_id"])
    # An image that nobody described is for those who see it alone.
    op.create_check_constraint(op.f("ck_articles_image_alt"), "articles",
                               "(image_id is null) = (image_alt = '') "
                               "and length(image_alt) <= 300")


def downgrade() -> None:
    op.drop_column("articles", "image_alt")
    op.drop_column("articles", "image_id")
    op.drop_table("image_files")
    op.drop_table("images")
