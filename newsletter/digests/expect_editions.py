"""Expect editions: in a rehearsal, what editions that leave before the slot will have given."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from newsletter.extensions import db


@dataclass(frozen=True)
class Expected:
    """An edition that leaves before the slot is carried out; moments are aware.

    Who confirmed after `send_at`, or is still paused at `leaves_at`, does not get it.
    """

    edition_id: int
    send_at: datetime
    leaves_at: datetime
    article_ids: frozenset[int]

    @property
    def cover_id(self) -> int:
        """What stands among the variants that a reader had: never the id of a real one."""
        return -self.edition_id


_GIVEN = """
        select r.subscriber_id, array_agg(e.cover_id order by e.cover_id) as covers
          from unnest(cast(:ids as bigint[]), cast(:sent as timestamptz[]),
                      cast(:left as timestamptz[])) e(cover_id, send_at, leaves_at)
          join subscriptions s
            on s.status = 'active' and s.receives_editions and s.confirmed_at <= e.send_at
           and (s.paused_until is null or s.paused_until <= e.leaves_at)
          join readers r on r.subscriber_id = s.subscriber_id
         group by r.subscriber_id
"""
# The same readers as `editions.plan_recipients` will find, as far as they are among ours. All is
# written into tables of this transaction alone.
_EXPECT = text(f"""
    with given as materialized (
        {_GIVEN}
    ), known as (
        update had h set variants = g.covers || h.variants
          from given g where g.subscriber_id = h.subscriber_id
        returning h.subscriber_id
    )
    insert into had
    select g.subscriber_id, g.covers from given g
     where not exists (select from known k where k.subscriber_id = g.subscriber_id)
""")  # noqa: S608 (only constants are joined)
# They bring the notices, too.
_CARRIED = text(f"""
    delete from owed o using ({_GIVEN}) g where g.subscriber_id = o.subscriber_id
""")  # noqa: S608 (likewise)


def expect_editions(expected: Sequence[Expected]) -> None:
    """Count these editions among what each reader had, with the notices that they bring.

    Before the wishes are read.
    """
    if expected:
        values = {
            "ids": [each.cover_id for each in expected],
            "sent": [each.send_at for each in expected],
            "left": [each.leaves_at for each in expected],
        }
        db.session.execute(_EXPECT, values)
        db.session.execute(_CARRIED, values)


def covers_expected(expected: Sequence[Expected]) -> dict[int, frozenset[int]]:
    """The articles that each of them gives, as `queries.covers_of` tells it of variants."""
    return {each.cover_id: each.article_ids for each in expected}
