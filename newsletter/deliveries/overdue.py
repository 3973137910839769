"""Overdue: mails and forms that should have been taken up by now, and which waits longest."""

from datetime import datetime, timedelta

from sqlalchemy import text

from newsletter.extensions import db
from newsletter.jobs import Lane

OVERDUE_AFTER = timedelta(minutes=5)

# By the database's clock, as claims are. Paused and held mailings wait by somebody's will. All of a
# mailing are due from its planning on, and leave one after the other: they are overdue only when it
# stands still, and not because a pace lets no more of them go (R19), which puts them off.
_DELIVERIES = text("""
    select (select count(*) from deliveries d
             where d.mailing_id is null
               and d.status in ('pending', 'deferred', 'unclear')
               and d.due_at < statement_timestamp() - :after)
         + (select count(*) from mailings m join deliveries d on d.mailing_id = m.id
             where m.status = 'sending'
               and d.status in ('pending', 'deferred', 'unclear')
               and d.due_at < statement_timestamp() - :after
               and not exists (
                   select from attempts a join deliveries t on t.id = a.delivery_id
                    where a.ended_at > statement_timestamp() - :after and t.mailing_id = m.id)
               and not exists (
                   select from deliveries t
                    where t.mailing_id = m.id and t.status = 'pending'
                      and t.due_at > statement_timestamp()))
         + (select count(*) from deliveries d join claims c on c.id = d.claim_id
             where d.status = 'claimed'
               and c.lease_until < statement_timestamp() - :after)
""")
_REQUESTS = text("select count(*) from address_requests where asked_at < :now - :after")
# The first in the order of the index of what is owed.
_OLDEST_PROMPT = text("""
    select d.due_at from deliveries d
     where d.mailing_id is null and d.lane = :lane
       and d.status in ('pending', 'deferred', 'unclear') and d.due_at <= :now
     order by d.due_at limit 1
""")
_UNCLEAR_SINGLE = text("""
    select count(*) from deliveries
     where mailing_id is null and status in ('pending', 'deferred', 'unclear')
       and status = 'unclear'
""")


def count_overdue() -> int:
    """How many deliveries should have been taken up five minutes ago."""
    return db.session.scalar(_DELIVERIES, {"after": OVERDUE_AFTER}) or 0


def count_overdue_requests(now: datetime) -> int:
    """How many posted forms should have been taken up five minutes before `now` (aware)."""
    return db.session.scalar(_REQUESTS, {"now": now, "after": OVERDUE_AFTER}) or 0


def oldest_prompt(now: datetime) -> datetime | None:
    """Since when the single mail waits that waits longest at `now`; None when none does."""
    found: datetime | None = db.session.scalar(
        _OLDEST_PROMPT, {"lane": Lane.PROMPT.value, "now": now})
    return found


def count_unclear_single() -> int:
    """How many single mails are unclear: offered to the relay, whose answer was never heard."""
    return db.session.scalar(_UNCLEAR_SINGLE) or 0
