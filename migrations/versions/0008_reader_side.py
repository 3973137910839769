"""The reader's side: requests, details, pauses, reasons, changes of address, retention.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"

SECTORS = (
    "gemeente", "provincie", "waterschap", "rijk", "uitvoering", "kennis", "bedrijf", "anders",
)
LEAVING_REASONS = ("too_much", "not_for_me", "other_work", "other")
# Column, table, the words before and the words after.
WIDENED = (
    ("ended_reason", "subscriptions", "ended_reason_word",
     ("unsubscribed", "nothing_chosen", "never_confirmed"), ("erased",)),
    ("skip_reason", "deliveries", "skip_reason",
     ("unsubscribed", "suppressed", "cancelled", "superseded"), ("paused",)),
    ("kind", "deliveries", "kind",
     ("confirm_signup", "already_subscribed", "welcome", "manage_link", "digest", "edition"),
     ("confirm_address", "address_changed")),
)


def upgrade() -> None:
    op.create_table(
        "address_requests",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("sign_up", "link", name="kind", native_enum=False, create_constraint=True,
                    length=32),
            nullable=False,
        ),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("wish", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("source_page", sa.String(), nullable=False),
        sa.Column("wording_id", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["wording_id"], ["consent_wordings.id"],
            name=op.f("fk_address_requests_wording_id_consent_wordings"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_requests")),
    )
    op.add_column("subscribers", sa.Column("name", sa.String(), nullable=True))
    op.add_column("subscribers", sa.Column("organisation", sa.String(), nullable=True))
    op.add_column(
        "subscribers",
        sa.Column(
            "sector",
            sa.Enum(*SECTORS, name="sector", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
    )
    op.add_column("subscribers", sa.Column("former_hash", sa.String(), nullable=True))
    op.create_check_constraint(
        "details", "subscribers", "length(name) <= 200 and length(organisation) <= 200"
    )
    op.create_index("ix_subscribers_former_hash", "subscribers", ["former_hash"], unique=False,
                    postgresql_where=sa.text("former_hash is not null"))
    for column in ("paused_until", "waiting_since"):
        op.add_column(
            "subscriptions", sa.Column(column, sa.DateTime(timezone=True), nullable=True)
        )
    op.add_column(
        "subscriptions",
        sa.Column("link_nonce", sa.Integer(), server_default="0", nullable=False),
    )
    op.add_column(
        "subscriptions",
        sa.Column(
            "leaving_reason",
            sa.Enum(*LEAVING_REASONS, name="leaving_reason", native_enum=False,
                    create_constraint=True, length=32),
            nullable=True,
        ),
    )
    op.create_index("ix_subscriptions_waiting", "subscriptions", ["cadence"], unique=False,
                    postgresql_where=sa.text("waiting_since is not null"))
    # What the jobs of every half hour read: only who may be forgotten.
    op.create_index("ix_subscriptions_ended_at", "subscriptions", ["ended_at"], unique=False,
                    postgresql_where=sa.text("status = 'ended'"))
    op.create_index("ix_subscriptions_asked_at", "subscriptions", ["asked_at"], unique=False,
                    postgresql_where=sa.text("status = 'pending'"))
    op.create_table(
        "address_changes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("subscriber_id", sa.BigInteger(), nullable=False),
        sa.Column("old_address", sa.String(), nullable=True),
        sa.Column("new_address", sa.String(), nullable=True),
        sa.Column("new_mailbox", sa.String(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("undone_at is null or confirmed_at is not null",
                           name=op.f("ck_address_changes_undone_was_confirmed")),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscribers.id"],
            name=op.f("fk_address_changes_subscriber_id_subscribers"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_changes")),
    )
    op.create_index("ix_address_changes_subscriber_id", "address_changes", ["subscriber_id"])
    op.create_index("ix_address_changes_new_mailbox", "address_changes", ["new_mailbox"],
                    postgresql_where=sa.text("new_mailbox is not null"))
    op.create_table(
        "retention_runs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_runs")),
    )
    op.create_index("ix_attempts_ended_at", "attempts", ["ended_at"])
    op.create_index("ix_deliveries_single_ended_at", "deliveries", ["ended_at"], unique=False,
                    postgresql_where=sa.text("mailing_id is null"))
    op.add_column(
        "mailings", sa.Column("detail_forgotten_at", sa.DateTime(timezone=True), nullable=True)
    )
    for column, table, name, old, new in WIDENED:
        _allow(column, table, name, (*old, *new))
    _let_the_app_forget_attempts()


def downgrade() -> None:
    op.execute("drop function forget_attempts(timestamptz, integer)")
    for column, table, name, old, _ in WIDENED:
        _allow(column, table, name, old)
    op.drop_column("mailings", "detail_forgotten_at")
    op.drop_index("ix_deliveries_single_ended_at", "deliveries")
    op.drop_index("ix_attempts_ended_at", "attempts")
    op.drop_table("retention_runs")
    op.drop_table("address_changes")
    op.drop_index("ix_subscriptions_asked_at", "subscriptions")
    op.drop_index("ix_subscriptions_ended_at", "subscriptions")
    op.drop_index("ix_subscriptions_waiting", "subscriptions")
    for column in ("leaving_reason", "link_nonce", "waiting_since", "paused_until"):
        op.drop_column("subscriptions", column)
    op.drop_index("ix_subscribers_former_hash", "subscribers")
    op.drop_constraint(op.f("ck_subscribers_details"), "subscribers")
    for column in ("former_hash", "sector", "organisation", "name"):
        op.drop_column("subscribers", column)
    op.drop_table("address_requests")


def _allow(column: str, table: str, name: str, words: tuple[str, ...]) -> None:
    constraint = op.f(f"ck_{table}_{name}")
    op.drop_constraint(constraint, table)
    spelled = ", ".join(f"'{word}'" for word in words)
    op.create_check_constraint(constraint, table, f"{column} in ({spelled})")


def _let_the_app_forget_attempts() -> None:
    """The app may not delete attempts; this one door takes those past their time, and no others.

    Thirteen months is what P07 allows; whatever moment is asked for, younger ones stay.
    """
    role = op.get_bind().dialect.identifier_preparer.quote(context.get_context().opts["app_role"])
    op.execute("""
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
    """)
    op.execute("revoke all on function forget_attempts(timestamptz, integer) from public")
    op.execute(f"grant execute on function forget_attempts(timestamptz, integer) to {role}")
