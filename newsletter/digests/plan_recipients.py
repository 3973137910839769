"""Plan recipients: one delivery for each reader who is due a digest.

To be asked in the transaction in which `read_readers` read who is, and what she is due.
"""

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import text

from newsletter.deliveries.partitions import hold_partition
from newsletter.digests.due import Wish
from newsletter.extensions import db
from newsletter.mailings.models import Mailing
from newsletter.mailings.start import Recipients, telling_recipients

# A table of its own, counted: else the planner takes it for one row and reads all wishes for each.
# Without a variant are the wishes that wait for more to come.
_WISHED = text("""
    create temporary table wished on commit drop as
    select * from jsonb_to_recordset(cast(:wishes as jsonb)) as k(
               language text, format text, is_anew boolean, is_catch_up boolean, themes bigint[],
               had bigint[], notices bigint[], variant_id bigint)
""")

_SHARED = """wishing r join wished w
        on w.themes = r.themes and w.had = r.had and w.notices = r.notices
       and w.language = r.language and w.format = r.format and w.is_anew = r.is_anew
       and w.is_catch_up = r.is_catch_up"""
_PLAN = telling_recipients(f"""
    insert into deliveries (kind, lane, mailing_id, variant_id, subscriber_id, created_at, due_at)
    select 'digest', 'bulk', :mailing_id, w.variant_id, unnest(r.subscriber_ids), :now, :now
      from {_SHARED}
     where w.variant_id is not null
     order by w.variant_id
""")  # noqa: S608 (only constants are joined)

# Too little for a mail: it waits, and is reckoned anew, until there is enough.
_WAITING = f"""
    select unnest(r.subscriber_ids) from {_SHARED} where w.variant_id is null"""  # noqa: S608
_WAITS = text(f"""
    update subscriptions s set is_reckoned_anew = true
      from ({_WAITING}) r(subscriber_id)
     where s.subscriber_id = r.subscriber_id and not s.is_reckoned_anew
""")  # noqa: S608 (likewise)

# For all others the next slot's window says what is due. Not for whom somebody changed meanwhile.
_ARRIVED = text(f"""
    update subscriptions s set waiting_since = null, is_reckoned_anew = false
      from readers e
     where e.mark is not null and s.subscriber_id = e.subscriber_id and s.xmin::text = e.mark
       and s.subscriber_id not in ({_WAITING})
""")  # noqa: S608 (likewise)
_CLOCK = text("select clock_timestamp()")


def planning_moment() -> datetime:
    """Now by the clock of the database, which also tells when deliveries ended."""
    moment: datetime = db.session.execute(_CLOCK).scalar_one()
    return moment


def plan_recipients(
    mailing: Mailing,
    *,
    variants: Mapping[Wish, int],
    waiting: Collection[Wish],
    now: datetime,
) -> Recipients:
    """Whose deliveries were planned, one for each due reader.

    `variants` is the number of each wish's variant, which may be frozen after this; then ask
    `carry_in_mailing`. Readers of the wishes that are `waiting` get nothing yet. Its transaction
    is all or nothing (R01).
    """
    hold_partition()
    wishes = json.dumps([_row(wish, number) for wish, number in variants.items()]
                        + [_row(wish, None) for wish in waiting])
    db.session.execute(_WISHED, {"wishes": wishes})
    db.session.execute(text("analyze wished"))
    planned = db.session.execute(_PLAN, {"mailing_id": mailing.id, "now": now}).one()
    db.session.execute(_ARRIVED)
    if waiting:
        db.session.execute(_WAITS)
    return Recipients(*planned)


def _row(wish: Wish, variant_id: int | None) -> dict[str, Any]:
    return {
        "language": wish.language,
        "format": wish.format,
        "is_anew": wish.is_anew,
        "is_catch_up": wish.is_catch_up,
        "themes": _numbers(wish),
        "had": sorted(wish.had),
        "notices": sorted(wish.notices),
        "variant_id": variant_id,
    }


def _numbers(wish: Wish) -> list[int]:
    """The themes as `wishing` has them, in the order of their ids."""
    given = {each.theme_id: -each.id for each in wish.inherited}
    return [given.get(theme_id, theme_id) for theme_id in sorted(wish.theme_ids)]
