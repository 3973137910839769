"""The deliveries that are unclear now: offered to the relay, and its answer was never heard."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text

from newsletter.extensions import db

AT_ONCE = 1_000
# By the partial index of what is open, whatever the statistics say: the past is long.
_BY_INDEX = text("set local enable_seqscan = off")
_READ = text("""
    select d.id, d.mailing_id, d.subscriber_id, d.created_at, d.message_id, c.key_id,
           coalesce(d.correction, 0) as correction,
           c.at as first_claimed_at,
           (select max(a.ended_at) from attempts a
             where a.delivery_id = d.id and a.ended_at >= c.at) as offered_before
      from deliveries d join claims c on c.id = d.first_claim_id
     where d.status = 'unclear' and d.id > :after
     order by d.id limit :at_once
""")


class Unclear(NamedTuple):
    """One of them; moments are aware. `offered_before`: when its last attempt was given up."""

    id: int
    mailing_id: int | None
    subscriber_id: int | None
    created_at: datetime
    message_id: str | None
    key_id: str | None
    correction: int
    first_claimed_at: datetime
    offered_before: datetime | None


def each_unclear() -> Iterator[list[Unclear]]:
    """All of them in batches, by number."""
    after = 0
    db.session.execute(_BY_INDEX)
    while rows := db.session.execute(_READ, {"after": after, "at_once": AT_ONCE}).all():
        yield [Unclear._make(row) for row in rows]
        after = rows[-1].id
