"""Plan recipients: one delivery for each reader who receives editions."""

from datetime import datetime

from sqlalchemy import text

from newsletter.deliveries.partitions import hold_partition
from newsletter.extensions import db
from newsletter.mailings.models import Mailing

# Who confirmed after the cut-off gets the next edition only (R16); who paused gets none meanwhile.
_PLAN = text("""
    insert into deliveries (kind, lane, mailing_id, variant_id, subscriber_id, created_at, due_at)
    select 'edition', 'bulk', :mailing_id, v.id, s.subscriber_id, :now, :now
      from subscriptions s
      join variants v on v.manifest_id = :manifest_id
                     and v.selection_key = s.language || ':' || s.format
     where s.status = 'active' and s.receives_editions and s.confirmed_at <= :cutoff
       and (s.paused_until is null or s.paused_until <= :now)
     order by v.id, s.subscriber_id
""")


def plan_recipients(mailing: Mailing, manifest_id: int, *, now: datetime) -> int:
    """How many deliveries were planned; one statement, all or nothing (R01)."""
    hold_partition()
    planned = db.session.execute(
        _PLAN,
        {
            "mailing_id": mailing.id,
            "manifest_id": manifest_id,
            "cutoff": mailing.cutoff_at,
            "now": now,
        },
    )
    return int(planned.rowcount)  # type: ignore[attr-defined]
