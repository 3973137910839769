"""Coverage: what each variant gives a reader, since when an article has a theme, and who is
reckoned anew in her next slot instead of by its window.

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"

# What was frozen before: the articles in full, by the names of their blocks.
_COVERED_BEFORE = """
    update variants v set article_ids = coalesce((
        select array_agg(distinct split_part(b.name, ':', 2)::bigint)
          from blocks b
         where b.manifest_id = v.manifest_id and b.language = v.language
           and b.name like 'article:%' and b.position = any (v.html_blocks || v.text_blocks)
    ), '{}')
"""
# Who had a slot behind her, and nothing waiting, goes on by windows.
_BY_WINDOWS_BEFORE = """
    update subscriptions s set is_reckoned_anew = false
     where s.status = 'active' and s.waiting_since is null and exists (
           select 1 from digest_slots k where k.cadence = s.cadence
              and k.status in ('carried_out', 'nothing_new') and k.slot_at >= s.confirmed_at)
"""
COUNTS = ("readers_below_minimum", "readers_paused")


def upgrade() -> None:
    op.add_column("article_themes", sa.Column("given_at", sa.DateTime(timezone=True)))
    op.add_column("variants", sa.Column("article_ids", postgresql.ARRAY(sa.BigInteger),
                                        server_default="{}", nullable=False))
    op.execute("alter table variants disable trigger user")
    op.execute(_COVERED_BEFORE)
    op.execute("alter table variants enable trigger user")
    op.create_index("ix_variants_article_ids", "variants", ["article_ids"],
                    postgresql_using="gin")
    op.add_column("subscriptions", sa.Column("is_reckoned_anew", sa.Boolean,
                                             server_default=sa.true(), nullable=False))
    op.add_column("subscriptions", sa.Column("cadence_since", sa.DateTime(timezone=True)))
    op.execute(_BY_WINDOWS_BEFORE)
    for name in COUNTS:
        op.add_column("digest_slots", sa.Column(name, sa.Integer))
    op.add_column("digest_slots", sa.Column("planned_at", sa.DateTime(timezone=True)))
    for name in ("weekly_minimum", "monthly_minimum"):
        op.add_column("magazines", sa.Column(name, sa.SmallInteger, server_default="1",
                                             nullable=False))
        op.create_check_constraint(op.f(f"ck_magazines_{name}"), "magazines",
                                   f"{name} between 1 and 12")
    op.create_index("ix_deliveries_uncovered", "deliveries", ["ended_at"],
                    postgresql_where=sa.text(
                        "mailing_id is not null and status in ('failed', 'skipped')"))


def downgrade() -> None:
    op.drop_index("ix_deliveries_uncovered", "deliveries")
    for name in ("weekly_minimum", "monthly_minimum"):
        op.drop_column("magazines", name)
    for name in (*COUNTS, "planned_at"):
        op.drop_column("digest_slots", name)
    for name in ("is_reckoned_anew", "cadence_since"):
        op.drop_column("subscriptions", name)
    op.drop_column("variants", "article_ids")
    op.drop_column("article_themes", "given_at")
