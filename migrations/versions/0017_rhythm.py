"""Rhythm: the house's quiet hours, and the week or month whose one slot a slot is.

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

CHECKS = {"weekly_weekday": "weekly_weekday between 0 and 6",
          "monthly_day": "monthly_day between 1 and 31"}

# Of the slots that stand where the rhythm has them; all others were added by hand. Of an hour that
# comes twice, the first.
_OF_THE_RHYTHM = """
    with local as (
        select id, cadence, slot_at, slot_at at time zone 'Europe/Amsterdam' as at
          from digest_slots),
    found as (
        select distinct on (l.cadence, l.at::date) l.id,
               date_trunc(case l.cadence when 'weekly' then 'week' else 'month' end,
                          l.at)::date as period_on
          from local l cross join magazines m
         where case l.cadence
               when 'weekly' then l.at::time = m.weekly_at
                    and extract(isodow from l.at) - 1 = m.weekly_weekday
               else l.at::time = m.monthly_at
                    and extract(day from l.at) = least(m.monthly_day, extract(day from
                        date_trunc('month', l.at) + interval '1 month - 1 day'))
               end
         order by l.cadence, l.at::date, l.slot_at)
    update digest_slots s set period_on = found.period_on from found where found.id = s.id
"""


def upgrade() -> None:
    for name in ("quiet_from", "quiet_until"):
        op.add_column("magazines", sa.Column(name, sa.Time, server_default=sa.text("'00:00'"),
                                             nullable=False))
    for name, rule in CHECKS.items():
        op.create_check_constraint(op.f(f"ck_magazines_{name}"), "magazines", rule)
    op.add_column("digest_slots", sa.Column("period_on", sa.Date))
    op.execute(_OF_THE_RHYTHM)
    op.create_unique_constraint("uq_digest_slots_cadence_period_on", "digest_slots",
                                ["cadence", "period_on"])


def downgrade() -> None:
    op.drop_column("digest_slots", "period_on")
    for name in CHECKS:
        op.drop_constraint(op.f(f"ck_magazines_{name}"), "magazines")
    for name in ("quiet_from", "quiet_until"):
        op.drop_column("magazines", name)
