"""Claims as rows of their own: one lease for many deliveries, and what a first claim fixed.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import context, op

revision = "0013"
down_revision = "0012"

OUTCOMES = ("accepted", "deferred", "refused", "unreachable", "dropped", "unclear", "unmakeable")
SWITCHES = ("attack_mode",)


def upgrade() -> None:
    role = op.get_bind().dialect.identifier_preparer.quote(context.get_context().opts["app_role"])
    op.execute("set local lock_timeout = '5s'")
    op.create_table(
        "claims",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"),
                  nullable=False),
        sa.Column(
            "lane",
            sa.Enum("prompt", "bulk", "upkeep", name="lane", native_enum=False,
                    create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("worker", sa.String(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("key_id", sa.String(), server_default="", nullable=False),
        sa.Column("dkim", sa.ARRAY(sa.String()), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claims")),
    )
    op.create_index("ix_claims_lease_until", "claims", ["lease_until"], unique=False,
                    postgresql_where=sa.text("lease_until is not null"))
    op.execute(f"grant select, insert, update, delete on claims to {role}")
    # What an older worker held in this instant may have been offered: nobody may call it pending.
    op.execute("""
        insert into attempts (delivery_id, claim_id, worker, ended_at, outcome, reply_text)
        select id, claim_id, 'upgrade', clock_timestamp(), 'unclear', 'claimed before an upgrade'
          from deliveries where status = 'claimed'
        on conflict do nothing
    """)
    op.execute("""
        update deliveries set status = 'unclear', claim_id = null, lease_until = null,
               attempts = attempts + 1, unclear_count = unclear_count + 1
         where status = 'claimed'
    """)
    op.drop_constraint("claim_has_lease", "deliveries", type_="check")
    op.execute("drop index if exists ix_deliveries_lease")
    op.drop_column("deliveries", "lease_until")
    op.alter_column("deliveries", "claim_id", type_=sa.BigInteger(),
                    postgresql_using="null::bigint")
    op.add_column("deliveries", sa.Column("first_claim_id", sa.BigInteger(), nullable=True))
    op.add_column("deliveries", sa.Column("link_nonce", sa.Integer(), nullable=True))
    # An open delivery keeps the Date of its first claim, made by whichever worker it was.
    op.execute("create temporary table old_claims on commit drop as "
               "select id as delivery_id, lane, first_claimed_at, "
               "nextval(pg_get_serial_sequence('claims', 'id')) as claim_id from deliveries "
               "where first_claimed_at is not null "
               "and status in ('deferred', 'unclear', 'pending')")
    op.execute("insert into claims (id, at, lane, worker) "
               "select claim_id, first_claimed_at, lane, 'upgrade' from old_claims")
    op.execute("update deliveries d set first_claim_id = o.claim_id from old_claims o "
               "where o.delivery_id = d.id")
    op.drop_column("deliveries", "first_claimed_at")
    op.create_index("ix_deliveries_claim_id", "deliveries", ["claim_id"], unique=False,
                    postgresql_where=sa.text("status = 'claimed'"))
    # Earlier claims had no number: a negative one out of their name keeps their attempts apart.
    op.alter_column(
        "attempts", "claim_id", type_=sa.BigInteger(),
        postgresql_using="-abs(('x' || substr(replace(claim_id::text, '-', ''), 1, 15))"
                         "::bit(60)::bigint)",
    )
    _words("attempts", "outcome", (*OUTCOMES, "about_sender"))
    _words("switches", "name", (*SWITCHES, "sending_stopped", "sending_held"))


def downgrade() -> None:
    op.execute("delete from switches where name <> 'attack_mode'")
    _words("switches", "name", SWITCHES)
    op.execute("update attempts set outcome = 'deferred' where outcome = 'about_sender'")
    _words("attempts", "outcome", OUTCOMES)
    op.execute("alter table attempts alter claim_id type uuid using "
               "lpad(to_hex(abs(claim_id)), 32, '0')::uuid")
    op.execute("update deliveries set status = 'unclear', claim_id = null, "
               "unclear_count = unclear_count + 1 where status = 'claimed'")
    op.drop_index("ix_deliveries_claim_id", table_name="deliveries")
    op.add_column("deliveries", sa.Column("first_claimed_at", sa.DateTime(timezone=True)))
    op.execute("update deliveries d set first_claimed_at = c.at from claims c "
               "where c.id = d.first_claim_id")
    op.drop_column("deliveries", "link_nonce")
    op.drop_column("deliveries", "first_claim_id")
    op.execute("alter table deliveries alter claim_id type uuid using null")
    op.add_column("deliveries", sa.Column("lease_until", sa.DateTime(timezone=True)))
    op.create_index("ix_deliveries_lease", "deliveries", ["lease_until"], unique=False,
                    postgresql_where=sa.text("status = 'claimed'"))
    op.create_check_constraint("claim_has_lease", "deliveries",
                               "(claim_id is null) = (lease_until is null)")
    op.drop_table("claims")


def _words(table: str, column: str, allowed: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{word}'" for word in allowed)
    op.execute(f"alter table {table} drop constraint ck_{table}_{column}")
    op.execute(f"alter table {table} add constraint ck_{table}_{column} "
               f"check ({column} in ({listed}))")
