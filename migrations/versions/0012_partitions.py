"""Partitions of the ledger, so that the past costs nothing and is dropped instead of deleted.

Partition n of `deliveries` and of `attempts` holds the ids of (n - 1) to n thousand millions. To
roll over is to let the sequence jump to the next; there is always one more ahead. No identity
column, which partitions have from PostgreSQL 17 on only, and no foreign keys, which cost more than
all else of a planning (docs/decisions/0011-partitions.md).

Revision ID: 0012
Revises: 0011
"""

from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa
from alembic import context, op

revision = "0012"
down_revision = "0011"

STRIDE = 1_000_000_000
DUE = "status in ('pending', 'deferred', 'unclear')"
OPEN = "status in ('pending', 'claimed', 'deferred', 'unclear')"
# Column of deliveries and table that it pointed at.
POINTED = (("mailing_id", "mailings"), ("variant_id", "variants"),
           ("subscriber_id", "subscribers"), ("account_id", "accounts"))
ENDS = {
    "status": ("pending", "claimed", "deferred", "unclear", "sent", "failed", "skipped"),
    "skip_reason": ("unsubscribed", "suppressed", "cancelled", "superseded", "paused"),
}
FUNCTIONS = ("open_partition()", "drop_partition(integer)",
             "forget_attempts(timestamp with time zone, integer)")
INTERNAL = ("make_partition(integer)",)
# The functions; `:role` and `:stride` stand for the app's role and STRIDE.
SQL = Path(__file__).with_suffix(".sql")
OLD_FORGET = """
    create function forget_attempts(before timestamptz, at_most integer) returns integer
    language plpgsql security definer set search_path = public, pg_temp as $$
    declare removed integer;
    begin
        delete from attempts where id in (
            select id from attempts
             where ended_at < least(before, clock_timestamp() - interval '13 months')
             order by ended_at limit at_most);
        get diagnostics removed = row_count;
        return removed;
    end $$
"""


def upgrade() -> None:
    bind = op.get_bind()
    last, used = bind.exec_driver_sql(
        "select last_value, is_called from deliveries_id_seq").one()
    # All that there is, in one; the first, unless a downgrade brought later ones together.
    number = last // STRIDE + 1
    _let_go(f"{number:04}")
    _make_parents(number)
    op.execute(f"select setval('deliveries_id_seq', {last}, {used})")
    _make_lasting()
    role = context.get_context().opts["app_role"]
    quoted = bind.dialect.identifier_preparer.quote(role)
    functions = SQL.read_text(encoding="utf-8").replace(":stride", f"{STRIDE}::bigint")
    bind.exec_driver_sql(functions.replace(":role", role.replace("'", "''")).replace("%", "%%"))
    for function in (*FUNCTIONS, *INTERNAL):
        op.execute(f"revoke all on function {function} from public")
    for function in FUNCTIONS:
        op.execute(f"grant execute on function {function} to {quoted}")
    for table in ("deliveries", "attempts"):
        op.execute(f"revoke all on {table}_{number:04} from {quoted}")
    op.execute(f"revoke update, delete, truncate on attempts from {quoted}")
    for table in ("past_outcomes", "past_recipients"):
        op.execute(f"revoke insert, update, delete, truncate on {table} from {quoted}")
    op.execute(f"select make_partition({number + 1})")


def _let_go(place: str) -> None:
    """Old keys and indexes go; what is left of the tables becomes partitions."""
    op.execute("drop function forget_attempts(timestamptz, integer)")
    op.drop_constraint(op.f("fk_attempts_delivery_id_deliveries"), "attempts")
    for column, table in POINTED:
        op.drop_constraint(op.f(f"fk_deliveries_{column}_{table}"), "deliveries")
    op.drop_constraint(op.f("uq_deliveries_idempotency_key"), "deliveries")
    for index in ("due", "open", "lease", "subscriber_id", "single_ended_at"):
        op.drop_index(f"ix_deliveries_{index}", "deliveries")
    op.drop_index("ix_attempts_ended_at", "attempts")
    op.drop_constraint(op.f("uq_attempts_delivery_id_claim_id_outcome"), "attempts")
    op.drop_column("attempts", "id")
    op.execute("alter table deliveries alter id drop identity")
    for table in ("deliveries", "attempts"):
        op.rename_table(table, f"{table}_{place}")
    for key in ("pk_deliveries", "uq_deliveries_mailing_id_subscriber_id"):
        op.execute(f"alter table deliveries_{place} rename constraint {key} to {key}_{place}")
    op.execute("create sequence deliveries_id_seq")
    op.execute(f"alter table deliveries_{place} alter id set default nextval('deliveries_id_seq')")


def _make_parents(number: int) -> None:
    place = f"{number:04}"
    op.execute(f"create table deliveries (like deliveries_{place} including defaults including "
               "constraints, constraint pk_deliveries primary key (id)) partition by range (id)")
    op.execute("alter sequence deliveries_id_seq owned by deliveries.id")
    op.execute(f"create table attempts (like attempts_{place} including defaults including "
               "constraints, constraint pk_attempts primary key (delivery_id, claim_id, outcome)) "
               "partition by range (delivery_id)")
    op.create_index("ix_deliveries_due", "deliveries", ["mailing_id", "due_at", "id"],
                    postgresql_where=sa.text(DUE))
    op.create_index("ix_deliveries_lease", "deliveries", ["lease_until"],
                    postgresql_where=sa.text("status = 'claimed'"))
    op.create_index("ix_deliveries_single_ended_at", "deliveries", ["ended_at"],
                    postgresql_where=sa.text("mailing_id is null"))
    op.create_index("ix_attempts_ended_at", "attempts", ["ended_at"], postgresql_using="brin",
                    postgresql_with={"autosummarize": "on"})
    for table in ("deliveries", "attempts"):
        op.execute(f"alter table {table} attach partition {table}_{place} "
                   f"for values from (minvalue) to ({number * STRIDE})")


def _make_lasting() -> None:
    op.create_table(
        "idempotency_keys",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_idempotency_keys")),
    )
    op.execute("insert into idempotency_keys select idempotency_key, created_at from deliveries "
               "where idempotency_key is not null")
    op.create_table(
        "past_outcomes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        *_mailing("past_outcomes"),
        sa.Column("reply_code", sa.String(), nullable=True),
        sa.Column("deliveries", sa.Integer(), nullable=False),
        sa.Column("unclear_copies", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_past_outcomes")),
    )
    op.create_table(
        "past_recipients",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        *_mailing("past_recipients"),
        sa.Column("first_id", sa.BigInteger(), nullable=False),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.Column("subscriber_ids", sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("variant_ids", sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_past_recipients")),
    )
    for table in ("past_outcomes", "past_recipients"):
        op.create_index(f"ix_{table}_mailing_id", table, ["mailing_id"])


def _mailing(table: str) -> Iterator[sa.Column | sa.ForeignKeyConstraint]:
    yield sa.Column("mailing_id", sa.BigInteger(), nullable=False)
    for column, words in ENDS.items():
        yield sa.Column(
            column,
            sa.Enum(*words, name=column, native_enum=False, create_constraint=True, length=32),
            nullable=column == "skip_reason",
        )
    yield sa.ForeignKeyConstraint(["mailing_id"], ["mailings.id"],
                                  name=op.f(f"fk_{table}_mailing_id_mailings"))


def downgrade() -> None:
    """Back to one table each; of dropped partitions with what was kept, so that ledgers close."""
    bind = op.get_bind()
    quoted = bind.dialect.identifier_preparer.quote(context.get_context().opts["app_role"])
    for function in (*FUNCTIONS, *INTERNAL):
        op.execute(f"drop function {function}")
    for table in ("deliveries", "attempts"):
        op.execute(f"create table old_{table} (like {table} including defaults including "
                   "constraints)")
        op.execute(f"insert into old_{table} select * from {table}")
    op.execute("""
        insert into old_deliveries (id, kind, lane, mailing_id, variant_id, subscriber_id, status,
                                    skip_reason, created_at, due_at, sent_at, ended_at)
        select nextval('deliveries_id_seq'), m.kind, 'bulk', m.id, each.variant_id,
               each.subscriber_id, p.status, p.skip_reason, m.sending_at, m.sending_at,
               case when p.status = 'sent' then m.sending_at end, m.sending_at
          from past_recipients p join mailings m on m.id = p.mailing_id
         cross join unnest(p.subscriber_ids, p.variant_ids) as each(subscriber_id, variant_id)
    """)
    op.execute("alter table old_deliveries alter id drop default")
    for table in ("deliveries", "attempts", "past_recipients", "past_outcomes",
                  "idempotency_keys"):
        op.drop_table(table)
    for table in ("deliveries", "attempts"):
        op.rename_table(f"old_{table}", table)
    op.execute("alter table deliveries alter id add generated by default as identity")
    op.execute("select setval('deliveries_id_seq', (select coalesce(max(id), 0) + 1 "
               "from deliveries), false)")
    op.execute("alter table attempts add id bigint generated by default as identity")
    op.execute(f"revoke update, delete, truncate on attempts from {quoted}")
    _bring_back_keys()
    op.execute(OLD_FORGET)
    op.execute(f"revoke all on function {FUNCTIONS[-1]} from public")
    op.execute(f"grant execute on function {FUNCTIONS[-1]} to {quoted}")


def _bring_back_keys() -> None:
    for table in ("deliveries", "attempts"):
        op.create_primary_key(op.f(f"pk_{table}"), table, ["id"])
    op.create_unique_constraint(op.f("uq_deliveries_mailing_id_subscriber_id"), "deliveries",
                                ["mailing_id", "subscriber_id"])
    op.create_unique_constraint(op.f("uq_deliveries_idempotency_key"), "deliveries",
                                ["idempotency_key"])
    op.create_unique_constraint(op.f("uq_attempts_delivery_id_claim_id_outcome"), "attempts",
                                ["delivery_id", "claim_id", "outcome"])
    for column, table in POINTED:
        op.create_foreign_key(op.f(f"fk_deliveries_{column}_{table}"), "deliveries", table,
                              [column], ["id"])
    op.create_foreign_key(op.f("fk_attempts_delivery_id_deliveries"), "attempts", "deliveries",
                          ["delivery_id"], ["id"])
    op.create_index("ix_deliveries_due", "deliveries", ["lane", "due_at", "id"],
                    postgresql_where=sa.text(DUE))
    op.create_index("ix_deliveries_lease", "deliveries", ["lease_until"],
                    postgresql_where=sa.text("status = 'claimed'"))
    op.create_index("ix_deliveries_open", "deliveries", ["mailing_id"],
                    postgresql_where=sa.text(OPEN))
    op.create_index("ix_deliveries_subscriber_id", "deliveries", ["subscriber_id"])
    op.create_index("ix_deliveries_single_ended_at", "deliveries", ["ended_at"],
                    postgresql_where=sa.text("mailing_id is null"))
    op.create_index("ix_attempts_ended_at", "attempts", ["ended_at"])
