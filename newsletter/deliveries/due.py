"""Due: which deliveries may be claimed now, found without reading past what may not."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, text

from newsletter.extensions import db
from newsletter.jobs import Lane

# One walk along the index of what is owed, in its order, over the partitions merged. A query that
# is free to sort does not take it when statistics are old: of a million rows that were planned a
# second ago it expects some twenty, and would read all of them to sort them, at every claim.
_IN_ORDER = text("set local enable_sort = off")
_FREE = text("set local enable_sort = on")
# What a claim has to know of each, read as it is locked.
_COLUMNS = """d.id, d.kind, d.mailing_id, d.variant_id, d.subscriber_id, d.account_id,
           nullif(d.params, '{}'), d.created_at, d.status, d.attempts, d.link_nonce, d.message_id,
           coalesce(d.correction, 0), d.first_claim_id"""
# The moment of the statement, by the database's clock (R27); that of the row would not be asked
# of the index.
_SINGLE = text(f"""
    select {_COLUMNS} from deliveries d
     where d.mailing_id is null and d.lane = :lane
       and d.status in ('pending', 'deferred', 'unclear') and d.due_at <= statement_timestamp()
     order by d.due_at, d.id limit :limit
       for update skip locked
""")  # noqa: S608 (only constants are joined)
# `mailings` by table name only: it lives a floor higher. Mailing by mailing, the oldest first, so
# that the rows of one that is paused are not even looked at.
_OF_MAILINGS = text(f"""
    select d.*
      from (select id from mailings where status = 'sending' order by id) m
     cross join lateral (
            select {_COLUMNS} from deliveries d
             where d.mailing_id = m.id
               and d.status in ('pending', 'deferred', 'unclear')
               and d.due_at <= statement_timestamp()
             order by d.due_at, d.id limit :limit
               for update skip locked) d
     limit :limit
""")  # noqa: S608 (only constants are joined)


def lock_due(lane: Lane, *, limit: int) -> Sequence[Row[tuple[Any, ...]]]:
    """At most `limit` deliveries that are due in a lane, locked, the oldest first; for `read_due`.

    Prompt holds the single mails, bulk the mailings that are sending. What another transaction has
    locked is passed over.
    """
    query = _OF_MAILINGS if lane is Lane.BULK else _SINGLE
    db.session.execute(_IN_ORDER)
    found = db.session.execute(query, {"lane": lane.value, "limit": limit}).all()
    db.session.execute(_FREE)
    return found


# In the order of the same index, for a query that may take any row would read all of the past.
_HAS_SINGLE = text("""
    select d.id from deliveries d
     where d.mailing_id is null and d.lane = :lane
       and d.status in ('pending', 'deferred', 'unclear') and d.due_at <= statement_timestamp()
     order by d.due_at, d.id limit 1
""")
_HAS_OF_MAILINGS = text("""
    select d.id
      from mailings m
     cross join lateral (
            select d.id from deliveries d
             where d.mailing_id = m.id
               and d.status in ('pending', 'deferred', 'unclear')
               and d.due_at <= statement_timestamp()
             order by d.due_at, d.id limit 1) d
     where m.status = 'sending' limit 1
""")


def lanes_with_work() -> list[Lane]:
    """The lanes in which something is due now, found through the index of what is owed."""
    return [
        lane for lane, query in ((Lane.PROMPT, _HAS_SINGLE), (Lane.BULK, _HAS_OF_MAILINGS))
        if db.session.scalar(query, {"lane": lane.value} if lane is Lane.PROMPT else {}) is not None
    ]
