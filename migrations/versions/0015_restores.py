"""Restores: an identity that a backup carries along, what was noticed of a restore, and numbers.

Nothing that a restored database numbers anew may have the number of something that was lost:
Message-IDs, return paths and tokens are made of them. `pass_numbers` lets every sequence jump, that
of the deliveries to its next partition, and none ever goes back.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import context, op

revision = "0015"
down_revision = "0014"

STRIDE = 1_000_000_000  # as in 0012
REASONS = ("unsubscribed", "suppressed", "cancelled", "superseded", "paused")
TABLES = ("deliveries", "past_outcomes", "past_recipients")
FUNCTION = f"""
    create function pass_numbers(past_claim bigint, past_delivery bigint) returns bigint
    language plpgsql security definer set search_path = public, pg_temp as $$
    declare
        each record;
        here integer;
    begin
        -- As in open_partition: not while somebody plans.
        perform pg_advisory_xact_lock('deliveries'::regclass::oid::integer, 0);
        for each in select sequencename as name, coalesce(last_value, 1) as last
                      from pg_sequences
                     where schemaname = 'public' and sequencename <> 'deliveries_id_seq' loop
            perform setval(quote_ident(each.name)::regclass, 1000000 + greatest(
                each.last, case each.name when 'claims_id_seq' then past_claim else 0 end));
        end loop;
        select greatest(last_value, past_delivery) / {STRIDE} + 1 into here from deliveries_id_seq;
        perform make_partition(here + 1);
        perform make_partition(here + 2);
        perform setval('deliveries_id_seq', here * {STRIDE}::bigint, false);
        return here * {STRIDE}::bigint;
    end $$
"""


def upgrade() -> None:
    role = op.get_bind().dialect.identifier_preparer.quote(context.get_context().opts["app_role"])
    op.execute("set local lock_timeout = '5s'")
    op.create_table(
        "installations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installations")),
    )
    op.execute("insert into installations values (gen_random_uuid(), clock_timestamp())")
    op.create_table(
        "restores",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        _moment("noticed_at"),
        _moment("backed_up_at", nullable=True),
        *(_number(f"{kind}_{what}") for kind, what in (
            ("found", "claim"), ("found", "delivery"), ("marked", "claim"), ("marked", "bulk"),
            ("marked", "prompt"))),
        _number("first_delivery", nullable=True),
        _moment("reconciled_at", nullable=True),
        _moment("released_at", nullable=True),
        sa.Column("counts", sa.dialects.postgresql.JSONB(), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restores")),
    )
    for table in TABLES:
        _reasons(table, (*REASONS, "restored"))
    op.execute(FUNCTION)
    op.execute("revoke all on function pass_numbers(bigint, bigint) from public")
    op.execute(f"grant execute on function pass_numbers(bigint, bigint) to {role}")


def downgrade() -> None:
    op.execute("drop function pass_numbers(bigint, bigint)")
    for table in TABLES:
        op.execute(f"update {table} set skip_reason = 'cancelled' where skip_reason = 'restored'")
        _reasons(table, REASONS)
    op.drop_table("restores")
    op.drop_table("installations")


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _number(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _reasons(table: str, allowed: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{word}'" for word in allowed)
    op.execute(f"alter table {table} drop constraint ck_{table}_skip_reason")
    op.execute(f"alter table {table} add constraint ck_{table}_skip_reason "
               f"check (skip_reason in ({listed}))")
