"""Approvals: who asked for one, who gave it, over which frozen manifest, and what voided it; who
worked on an edition; and the audience that a manifest is meant for.

Revision ID: 0031
Revises: 0030
"""

import sqlalchemy as sa
from alembic import context, op

revision = "0031"
down_revision = "0030"

MOMENT = sa.DateTime(timezone=True)
# What may be filled in after an approval was asked; all else stays as it was asked.
FILLED_IN = ("decided_by", "decided_at", "verdict", "note", "voided_at", "void_reason", "used_at")
ONCE = """
    create function fill_approval_once() returns trigger
    language plpgsql set search_path = pg_catalog, public, pg_temp as $$
    begin
        if old.verdict is not null
           and (new.verdict, new.decided_by, new.decided_at, new.note)
               is distinct from (old.verdict, old.decided_by, old.decided_at, old.note)
           or old.voided_at is not null
           and (new.voided_at, new.void_reason) is distinct from (old.voided_at, old.void_reason)
           or old.used_at is not null and new.used_at is distinct from old.used_at
        then
            raise exception 'an approval is decided, voided and used once'
                using errcode = 'integrity_constraint_violation';
        end if;
        return new;
    end $$
"""


def upgrade() -> None:
    op.create_table(
        "approvals",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("edition_id", sa.BigInteger, nullable=False),
        sa.Column("manifest_id", sa.BigInteger, nullable=False),
        sa.Column("asked_by", sa.BigInteger, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("decided_by", sa.BigInteger),
        sa.Column("decided_at", MOMENT),
        sa.Column("verdict", sa.Enum("approved", "refused", name="verdict", native_enum=False,
                                     create_constraint=True, length=32)),
        sa.Column("note", sa.String, server_default="", nullable=False),
        sa.Column("voided_at", MOMENT),
        sa.Column("void_reason", sa.Enum(
            "subject", "preheader", "audience", "content", "unmakeable", "withdrawn",
            name="void_reason", native_enum=False, create_constraint=True, length=32)),
        sa.Column("used_at", MOMENT),
        sa.CheckConstraint("decided_by <> asked_by", name=op.f("ck_approvals_second_person")),
        sa.CheckConstraint("num_nulls(decided_by, decided_at, verdict) in (0, 3)",
                           name=op.f("ck_approvals_decided")),
        sa.CheckConstraint("num_nulls(voided_at, void_reason) in (0, 2)",
                           name=op.f("ck_approvals_voided")),
        sa.CheckConstraint("used_at is null or coalesce(verdict = 'approved', false) "
                           "and voided_at is null", name=op.f("ck_approvals_used")),
        sa.CheckConstraint("length(note) <= 1000", name=op.f("ck_approvals_note")),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"],
                                name=op.f("fk_approvals_edition_id_editions")),
        sa.ForeignKeyConstraint(["manifest_id"], ["manifests.id"],
                                name=op.f("fk_approvals_manifest_id_manifests")),
        sa.ForeignKeyConstraint(["asked_by"], ["accounts.id"],
                                name=op.f("fk_approvals_asked_by_accounts")),
        sa.ForeignKeyConstraint(["decided_by"], ["accounts.id"],
                                name=op.f("fk_approvals_decided_by_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
    )
    op.create_index("ix_approvals_edition_id", "approvals", ["edition_id", sa.text("id desc")])
    op.create_index(
        "uq_approvals_open", "approvals", ["edition_id"], unique=True,
        postgresql_where=sa.text("voided_at is null and used_at is null "
                                 "and verdict is distinct from 'refused'"))
    op.create_table(
        "edition_hands",
        sa.Column("edition_id", sa.BigInteger, nullable=False),
        sa.Column("account_id", sa.BigInteger, nullable=False),
        sa.Column("first_at", MOMENT, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"], ondelete="CASCADE",
                                name=op.f("fk_edition_hands_edition_id_editions")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"],
                                name=op.f("fk_edition_hands_account_id_accounts")),
        sa.PrimaryKeyConstraint("edition_id", "account_id", name=op.f("pk_edition_hands")),
    )
    # What was frozen before has none, and its hash does not tell it.
    op.add_column("manifests", sa.Column("audience", sa.String, server_default="",
                                         nullable=False))
    op.get_bind().exec_driver_sql(ONCE)
    op.execute("create trigger once before update on approvals "
               "for each row execute function fill_approval_once()")
    op.execute("revoke all on function fill_approval_once() from public")
    role = op.get_bind().dialect.identifier_preparer.quote(context.get_context().opts["app_role"])
    op.execute(f"revoke update, delete, truncate on approvals from {role}")
    op.execute(f"grant update ({', '.join(FILLED_IN)}) on approvals to {role}")


def downgrade() -> None:
    op.drop_column("manifests", "audience")
    op.drop_table("edition_hands")
    op.drop_table("approvals")
    op.execute("drop function fill_approval_once()")
