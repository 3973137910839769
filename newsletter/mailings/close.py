"""Close: a mailing with nothing open is finished."""

from datetime import datetime

from sqlalchemy import text

from newsletter.extensions import db

# Asked of the two indexes of what is open, in their order: so that no row of the past is read,
# whatever the statistics say.
_FINISH = text("""
    update mailings m set status = 'finished', finished_at = :now
     where m.status = 'sending'
       and (select d.id from deliveries d where d.mailing_id = m.id
               and d.status in ('pending', 'deferred', 'unclear')
             order by d.due_at, d.id limit 1) is null
       and (select d.id from deliveries d where d.mailing_id = m.id and d.status = 'claimed'
             order by d.claim_id limit 1) is null
    returning m.id
""")

# What a worker held when the mailing was cancelled, and gave back since: not owed any more.
_LEFT_OVER = text("""
    update deliveries set status = 'skipped', skip_reason = 'cancelled', ended_at = :now
     where id = any (array (
           select d.id
             from mailings m
            cross join lateral (
                  select d.id from deliveries d
                   where d.mailing_id = m.id and d.status in ('pending', 'deferred', 'unclear')
                   order by d.due_at, d.id limit 1000) d
            where m.status = 'cancelled'))
       and status in ('pending', 'deferred', 'unclear')
""")


def close_finished(*, now: datetime) -> list[int]:
    """The ids of the mailings that have just finished; nothing of a cancelled one stays open."""
    db.session.execute(_LEFT_OVER, {"now": now})
    return list(db.session.scalars(_FINISH, {"now": now}))
