"""Plan recipients: one delivery for each reader who receives editions.

To be asked in the transaction in which `mailings.owed.read_owed` read who is owed a notice.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text

from newsletter.deliveries.partitions import hold_partition
from newsletter.extensions import db
from newsletter.mailings.carry_notices import carry_in_mailing
from newsletter.mailings.contents import EditionSelection
from newsletter.mailings.in_memory import in_memory
from newsletter.mailings.models import Mailing
from newsletter.mailings.owed import notices_with
from newsletter.mailings.start import Recipients, telling_recipients

# The rule below by name and version: approved with an edition. Who changes the rule, counts on.
AUDIENCE = "editions:1"

# Who confirmed after the cut-off gets the next edition only (R16); who paused gets none meanwhile.
_WHO = """
    s.status = 'active' and s.receives_editions and s.confirmed_at <= :cutoff
       and (s.paused_until is null or s.paused_until <= :now)
"""
# Who shares a variant is gathered first: so the variants are put in order, not the readers.
_PLAN = telling_recipients(f"""
    insert into deliveries (kind, lane, mailing_id, variant_id, subscriber_id, created_at, due_at)
    select 'edition', 'bulk', :mailing_id, coalesce(n.id, v.id), unnest(r.subscriber_ids),
           :now, :now
      from (select s.language, s.format, o.notices, array_agg(s.subscriber_id) as subscriber_ids
              from subscriptions s left join owed o on o.subscriber_id = s.subscriber_id
             where {_WHO}
             group by s.language, s.format, o.notices) r
      join variants v on v.manifest_id = :manifest_id
                     and v.selection_key = r.language || ':' || r.format
      left join variants n on n.manifest_id = :manifest_id
                     and n.selection_key = r.language || ':' || r.format
                         || ':' || array_to_string(r.notices, ',')
     order by 4
""")  # noqa: S608 (only constants are joined)
_SELECTIONS = text(f"""
    select distinct s.language, s.format, o.notices
      from owed o join subscriptions s on s.subscriber_id = o.subscriber_id
     where {_WHO}
     order by s.language, s.format, o.notices
""")  # noqa: S608 (likewise)


def selections_owed(cutoff: datetime, *, now: datetime) -> Sequence[EditionSelection]:
    """The selections of those recipients who are owed notices."""
    rows = db.session.execute(_SELECTIONS, {"cutoff": cutoff, "now": now}).all()
    notices = notices_with({each for row in rows for each in row.notices})
    return [EditionSelection(row.language, row.format, notices.of(row.notices)) for row in rows]


def plan_recipients(mailing: Mailing, manifest_id: int, *, now: datetime) -> Recipients:
    """Whose deliveries were planned; one statement, all or nothing (R01)."""
    hold_partition()
    in_memory()
    planned = db.session.execute(
        _PLAN,
        {
            "mailing_id": mailing.id,
            "manifest_id": manifest_id,
            "cutoff": mailing.cutoff_at,
            "now": now,
        },
    ).one()
    carry_in_mailing(mailing.id)
    return Recipients(*planned)
