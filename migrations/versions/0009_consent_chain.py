"""The ledger of consent as a chain of hashes, its seals, and the salts of its address hashes.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import context, op

revision = "0009"
down_revision = "0008"

LEDGERS = ("consent_seals", "consent_seal_heads")
FUNCTIONS = ("consent_payload(consents)", "chain_hash(text, text)")

# Begin atomic: the names are bound now, whatever search_path a caller has.
PAYLOAD = """
    create function consent_payload(entry consents) returns text
    language sql stable begin atomic
        select jsonb_build_object(
            'subscriber_id', entry.subscriber_id,
            'sequence', entry.sequence,
            'at', to_char(entry.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
            'act', entry.act,
            'means', entry.means,
            'source_page', entry.source_page,
            'wording_sha256', wording.sha256,
            'wording_version', wording.version,
            'wording_language', wording.language,
            'choices', entry.choices,
            'address_hash', entry.address_hash
        )::text
        from (select entry.wording_id as id) shown
        left join consent_wordings wording on wording.id = shown.id;
    end
"""
HASH = """
    create function chain_hash(previous text, content text) returns text
    language sql stable begin atomic
        select encode(sha256(convert_to(previous || E'\\n' || content, 'UTF8')), 'hex');
    end
"""
# The lock makes entries of one subscriber wait for each other, and no others; it is weaker than
# what a foreign key asks for, so that neither waits for the other.
CHAIN = """
    create function chain_consent() returns trigger
    language plpgsql set search_path = pg_catalog, public, pg_temp as $$
    declare last public.consents;
    begin
        perform 1 from public.subscribers where id = new.subscriber_id for no key update;
        select * into last from public.consents
            where subscriber_id = new.subscriber_id order by sequence desc limit 1;
        new.sequence := coalesce(last.sequence, 0) + 1;
        new.previous_hash := coalesce(last.hash, '');
        new.hash := public.chain_hash(new.previous_hash, public.consent_payload(new));
        return new;
    end $$
"""
FILL = """
    do $$
    declare entry public.consents; before public.consents;
    begin
        for entry in select * from public.consents order by subscriber_id, id loop
            if before.subscriber_id is distinct from entry.subscriber_id then
                before := null;
            end if;
            entry.sequence := coalesce(before.sequence, 0) + 1;
            entry.previous_hash := coalesce(before.hash, '');
            entry.hash := public.chain_hash(entry.previous_hash, public.consent_payload(entry));
            update public.consents set sequence = entry.sequence,
                previous_hash = entry.previous_hash, hash = entry.hash where id = entry.id;
            before := entry;
        end loop;
    end $$
"""


def upgrade() -> None:
    # Sign-ups wait while the entries that are there are chained: some seconds for 100,000.
    for column in (sa.Column("sequence", sa.Integer()), sa.Column("address_hash", sa.String()),
                   sa.Column("previous_hash", sa.String()), sa.Column("hash", sa.String())):
        op.add_column("consents", column)
    for statement in (PAYLOAD, HASH, FILL):
        op.get_bind().exec_driver_sql(statement)
    for column in ("sequence", "previous_hash", "hash"):
        op.alter_column("consents", column, nullable=False)
    op.create_unique_constraint(
        op.f("uq_consents_subscriber_id_sequence"), "consents", ["subscriber_id", "sequence"]
    )
    op.create_check_constraint(
        "chain", "consents", "sequence >= 1 and (sequence = 1) = (previous_hash = '')"
    )
    op.drop_index("ix_consents_subscriber_id", "consents")
    op.get_bind().exec_driver_sql(CHAIN)
    op.execute("create trigger chain before insert on consents "
               "for each row execute function chain_consent()")
    _make_salts_and_seals()
    role = op.get_bind().dialect.identifier_preparer.quote(context.get_context().opts["app_role"])
    for table in LEDGERS:
        op.execute(f"revoke update, delete, truncate on {table} from {role}")
    for function in FUNCTIONS:
        op.execute(f"revoke all on function {function} from public")
        op.execute(f"grant execute on function {function} to {role}")
    op.execute("revoke all on function chain_consent() from public")


def downgrade() -> None:
    for table in ("consent_seal_heads", "consent_seals", "consent_salts"):
        op.drop_table(table)
    op.execute("drop trigger chain on consents")
    op.execute("drop function chain_consent()")
    for function in FUNCTIONS:
        op.execute(f"drop function {function}")
    op.create_index("ix_consents_subscriber_id", "consents", ["subscriber_id"], unique=False)
    op.drop_constraint(op.f("ck_consents_chain"), "consents")
    op.drop_constraint(op.f("uq_consents_subscriber_id_sequence"), "consents")
    for column in ("hash", "previous_hash", "address_hash", "sequence"):
        op.drop_column("consents", column)


def _make_salts_and_seals() -> None:
    op.create_table(
        "consent_salts",
        sa.Column("subscriber_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("destroy_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscribers.id"],
            name=op.f("fk_consent_salts_subscriber_id_subscribers"),
        ),
        sa.PrimaryKeyConstraint("subscriber_id", name=op.f("pk_consent_salts")),
    )
    op.create_index("ix_consent_salts_destroy_at", "consent_salts", ["destroy_at"],
                    postgresql_where=sa.text("destroy_at is not null"))
    op.create_table(
        "consent_seals",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("previous_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_seals")),
        # A seal has one successor: two at the same moment cannot both follow it.
        sa.UniqueConstraint("previous_hash", name=op.f("uq_consent_seals_previous_hash")),
    )
    # No foreign key to a subscriber or an entry: a seal takes no lock that a sign-up could meet.
    op.create_table(
        "consent_seal_heads",
        sa.Column("seal_id", sa.BigInteger(), nullable=False),
        sa.Column("subscriber_id", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["seal_id"], ["consent_seals.id"],
                                name=op.f("fk_consent_seal_heads_seal_id_consent_seals")),
        sa.PrimaryKeyConstraint("seal_id", "subscriber_id", name=op.f("pk_consent_seal_heads")),
    )
    op.create_index("ix_consent_seal_heads_subscriber_id_sequence", "consent_seal_heads",
                    ["subscriber_id", "sequence"])
