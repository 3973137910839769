"""Plan recipients: who is due a digest at a slot's cut-off, and one delivery for each.

Readers and their wishes are read once, into a table that lives as long as the transaction, so
that what is compiled and what is planned can never differ, whoever changes a theme meanwhile.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from newsletter.digests.select import Wish
from newsletter.extensions import db
from newsletter.mailings.models import Mailing

# A theme counts when it was chosen before the cut-off and something in it is fresh; choosing
# late, or confirming late, falls in the next slot (R16).
_DUE = text("""
    create temporary table due_readers on commit drop as
    select s.subscriber_id, s.language, s.format,
           array_to_string(array_agg(t.theme_id order by t.theme_id), ',') as themes
      from subscriptions s
      join subscription_themes t on t.subscriber_id = s.subscriber_id
     where s.status = 'active' and s.cadence = :cadence and s.confirmed_at <= :cutoff
       and t.chosen_at <= :cutoff and t.theme_id = any(:fresh_themes)
     group by s.subscriber_id
""")

_READERS = text("""
    select count(*) from subscriptions
     where status = 'active' and cadence = :cadence and confirmed_at <= :cutoff
""")

_WISHES = text("""
    select language, format, themes, count(*) from due_readers group by 1, 2, 3 order by 1, 2, 3
""")

_PLAN = text("""
    insert into deliveries (kind, lane, mailing_id, variant_id, subscriber_id, created_at, due_at)
    select 'digest', 'bulk', :mailing_id, v.id, r.subscriber_id, :now, :now
      from due_readers r
      join jsonb_each_text(cast(:keys as jsonb)) as k(wish, selection_key)
        on k.wish = r.language || ':' || r.format || ':' || r.themes
      join variants v on v.manifest_id = :manifest_id and v.selection_key = k.selection_key
     order by v.id, r.subscriber_id
""")


@dataclass(frozen=True)
class DueReaders:
    """The distinct wishes with how many readers share each, and how many have nothing new."""

    wishes: Mapping[Wish, int]
    nothing_new: int

    @property
    def count(self) -> int:
        """How many readers a digest is due to."""
        return sum(self.wishes.values())


def find_due_readers(
    cadence: str, *, cutoff: datetime, fresh_themes: Sequence[int]
) -> DueReaders:
    """The readers of a cadence at a cut-off; once a transaction, which `plan_recipients` shares."""
    values = {"cadence": cadence, "cutoff": cutoff, "fresh_themes": list(fresh_themes)}
    db.session.execute(text("drop table if exists due_readers"))
    db.session.execute(_DUE, values)
    wishes = {
        Wish(cadence, language, shape, frozenset(int(part) for part in themes.split(","))): count
        for language, shape, themes, count in db.session.execute(_WISHES)
    }
    readers = db.session.execute(_READERS, values).scalar_one()
    return DueReaders(wishes, readers - sum(wishes.values()))


def plan_recipients(
    mailing: Mailing, manifest_id: int, *, keys: Mapping[Wish, str], now: datetime
) -> int:
    """How many deliveries were planned, one for each due reader; `keys` names each wish's variant.

    One statement; its transaction is all or nothing (R01).
    """
    spelled = {
        f"{wish.language}:{wish.format}:{','.join(str(i) for i in sorted(wish.theme_ids))}": key
        for wish, key in keys.items()
    }
    planned = db.session.execute(
        _PLAN,
        {
            "mailing_id": mailing.id,
            "manifest_id": manifest_id,
            "keys": json.dumps(spelled),
            "now": now,
        },
    )
    return int(planned.rowcount)  # type: ignore[attr-defined]
