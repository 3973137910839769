"""The audit trail as one chain of hashes, its seals, and from where each act came.

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import context, op

revision = "0020"
down_revision = "0019"

FUNCTION = "audit_payload(audit_entries)"
FILTERED = ("subject", "account_id", "act")

# Begin atomic: the names are bound now, whatever search_path a caller has.
PAYLOAD = """
    create function audit_payload(entry audit_entries) returns text
    language sql stable begin atomic
        select jsonb_build_object(
            'sequence', entry.sequence,
            'at', to_char(entry.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
            'account_id', entry.account_id,
            'actor', entry.actor,
            'door', entry.door,
            'act', entry.act,
            'subject', entry.subject,
            'details', entry.details
        )::text;
    end
"""
# There is one chain, so acts wait for each other until they are committed. Doors record an act
# last, when all other locks are held already.
CHAIN = """
    create function chain_audit() returns trigger
    language plpgsql set search_path = pg_catalog, public, pg_temp as $$
    declare last public.audit_entries;
    begin
        perform pg_advisory_xact_lock(24237, 1);
        select * into last from public.audit_entries order by sequence desc limit 1;
        new.sequence := coalesce(last.sequence, 0) + 1;
        new.previous_hash := coalesce(last.hash, '');
        new.hash := public.chain_hash(new.previous_hash, public.audit_payload(new));
        return new;
    end $$
"""
FILL = """
    do $$
    declare entry public.audit_entries; before public.audit_entries;
    begin
        for entry in select * from public.audit_entries order by id loop
            entry.sequence := coalesce(before.sequence, 0) + 1;
            entry.previous_hash := coalesce(before.hash, '');
            entry.hash := public.chain_hash(entry.previous_hash, public.audit_payload(entry));
            update public.audit_entries set sequence = entry.sequence,
                previous_hash = entry.previous_hash, hash = entry.hash where id = entry.id;
            before := entry;
        end loop;
    end $$
"""


def upgrade() -> None:
    op.add_column("audit_entries", sa.Column("sequence", sa.BigInteger()))
    op.add_column("audit_entries", sa.Column("previous_hash", sa.String()))
    op.add_column("audit_entries", sa.Column("hash", sa.String()))
    for statement in (PAYLOAD, FILL):
        op.get_bind().exec_driver_sql(statement)
    for column in ("sequence", "previous_hash", "hash"):
        op.alter_column("audit_entries", column, nullable=False)
    op.create_unique_constraint(op.f("uq_audit_entries_sequence"), "audit_entries", ["sequence"])
    op.create_check_constraint(
        "chain", "audit_entries", "sequence >= 1 and (sequence = 1) = (previous_hash = '')"
    )
    for column in FILTERED:
        op.create_index(f"ix_audit_entries_{column}", "audit_entries", [column, "sequence"])
    op.create_index("ix_audit_entries_at", "audit_entries", ["at"])
    op.get_bind().exec_driver_sql(CHAIN)
    op.execute("create trigger chain before insert on audit_entries "
               "for each row execute function chain_audit()")
    _make_seals_and_origins()
    role = op.get_bind().dialect.identifier_preparer.quote(context.get_context().opts["app_role"])
    op.execute(f"revoke update, delete, truncate on audit_seals from {role}")
    op.execute(f"revoke all on function {FUNCTION} from public")
    op.execute(f"grant execute on function {FUNCTION} to {role}")
    op.execute("revoke all on function chain_audit() from public")


def downgrade() -> None:
    op.drop_table("audit_origins")
    op.drop_table("audit_seals")
    op.execute("drop trigger chain on audit_entries")
    op.execute("drop function chain_audit()")
    op.execute(f"drop function {FUNCTION}")
    op.drop_index("ix_audit_entries_at", "audit_entries")
    for column in FILTERED:
        op.drop_index(f"ix_audit_entries_{column}", "audit_entries")
    op.drop_constraint(op.f("ck_audit_entries_chain"), "audit_entries")
    op.drop_constraint(op.f("uq_audit_entries_sequence"), "audit_entries")
    for column in ("hash", "previous_hash", "sequence"):
        op.drop_column("audit_entries", column)


def _make_seals_and_origins() -> None:
    op.create_table(
        "audit_seals",
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_audit_seals")),
    )
    op.create_table(
        "audit_origins",
        sa.Column("entry_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("program", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["audit_entries.id"],
                                name=op.f("fk_audit_origins_entry_id_audit_entries")),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_audit_origins")),
    )
    op.create_index("ix_audit_origins_at", "audit_origins", ["at"])
