"""Lists of readers with proof of consent, and the wordings that were shown elsewhere.

Revision ID: 0026
Revises: 0025
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0026"
down_revision = "0025"

STATUSES = ("judging", "judged", "carrying_out", "done", "dropped")
VERDICTS = ("taken", "already", "pending", "opted_out", "bounced", "complained", "never_again",
            "bad_address", "missing_proof", "bad_cell", "double", "erased")


def _words(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.add_column("consent_wordings", sa.Column("is_imported", sa.Boolean(),
                                                server_default="false", nullable=False))
    op.create_table(
        "imports",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("file_hash", sa.String(), nullable=False),
        sa.Column("status", _words("status", STATUSES), nullable=False),
        sa.Column("proof", postgresql.JSONB(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        _moment("loaded_at"),
        sa.Column("loaded_by", sa.BigInteger(), nullable=False),
        _moment("carried_out_at", nullable=True),
        sa.Column("carried_out_by", sa.BigInteger(), nullable=True),
        _moment("ended_at", nullable=True),
        sa.CheckConstraint("(status in ('done', 'dropped')) = (ended_at is not null)",
                           name=op.f("ck_imports_ended")),
        sa.CheckConstraint("(carried_out_by is null) = (carried_out_at is null)",
                           name=op.f("ck_imports_carried_out")),
        sa.ForeignKeyConstraint(["loaded_by"], ["accounts.id"],
                                name=op.f("fk_imports_loaded_by_accounts")),
        sa.ForeignKeyConstraint(["carried_out_by"], ["accounts.id"],
                                name=op.f("fk_imports_carried_out_by_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
    )
    op.create_index("uq_imports_file_hash", "imports", ["file_hash"], unique=True,
                    postgresql_where=sa.text("status <> 'dropped'"))
    op.create_index("ix_imports_at_work", "imports", ["id"],
                    postgresql_where=sa.text("status in ('judging', 'carrying_out')"))
    op.create_table(
        "import_rows",
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("identity", sa.String(), nullable=True),
        sa.Column("cells", postgresql.JSONB(), nullable=True),
        sa.Column("verdict", _words("verdict", VERDICTS), nullable=True),
        sa.Column("detail", sa.String(), server_default="", nullable=False),
        sa.Column("subscriber_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("num_nulls(address, identity, cells) in (0, 3)",
                           name=op.f("ck_import_rows_emptied")),
        sa.CheckConstraint("subscriber_id is null or verdict = 'taken'",
                           name=op.f("ck_import_rows_taken")),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], ondelete="CASCADE",
                                name=op.f("fk_import_rows_import_id_imports")),
        sa.ForeignKeyConstraint(["subscriber_id"], ["subscribers.id"],
                                name=op.f("fk_import_rows_subscriber_id_subscribers")),
        sa.PrimaryKeyConstraint("import_id", "number", name=op.f("pk_import_rows")),
    )
    op.create_index("ix_import_rows_verdict", "import_rows", ["import_id", "verdict", "number"])
    op.create_index("ix_import_rows_waiting", "import_rows", ["import_id", "number"],
                    postgresql_where=sa.text("verdict = 'taken' and subscriber_id is null"))
    op.create_index("ix_import_rows_identity", "import_rows", ["identity"],
                    postgresql_where=sa.text("identity is not null"))
    op.create_index("ix_import_rows_subscriber_id", "import_rows", ["subscriber_id"],
                    postgresql_where=sa.text("subscriber_id is not null"))


def downgrade() -> None:
    op.drop_table("import_rows")
    op.drop_table("imports")
    op.drop_column("consent_wordings", "is_imported")
