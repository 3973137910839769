"""Owed: which notices each reader has still to get, read once for all of a transaction."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import text

from newsletter.extensions import db
from newsletter.mailings.contents import NoticeItem

# A notice is owed until a mail carries it that was not ended unsent.
STILL_OWED = """
    o.given_at is null and n.withdrawn_at is null
      and (o.delivery_id is null or d.status in ('failed', 'skipped'))
"""
_OWED = text(f"""
    create temporary table owed on commit drop as
    select o.subscriber_id, array_agg(o.notice_id order by o.notice_id) as notices
      from owed_notices o
      join notices n on n.id = o.notice_id
      left join deliveries d on d.id = o.delivery_id
     where {STILL_OWED}
     group by o.subscriber_id
""")  # noqa: S608 (only constants are joined)
_HOLD = text("select from owed_notices where given_at is null for update")
_OF_ONE = text(f"""
    select o.notice_id
      from owed_notices o
      join notices n on n.id = o.notice_id
      left join deliveries d on d.id = o.delivery_id
     where o.subscriber_id = :subscriber_id and {STILL_OWED}
""")  # noqa: S608 (likewise)
_ITEMS = text("""
    select n.id, n.text_nl, n.text_en, a.slug
      from notices n left join articles a on a.id = n.article_id and a.released_at is not null
     where n.id = any (cast(:ids as bigint[]))
     order by n.id
""")


@dataclass(frozen=True)
class Notices:
    """Notices by id, as mails show them."""

    items: dict[int, NoticeItem]

    def of(self, ids: Collection[int]) -> tuple[NoticeItem, ...]:
        """Those with these ids, the oldest first."""
        return tuple(self.items[each] for each in sorted(ids))


def hold_owed() -> None:
    """Keep for this planning what readers are owed: a mail to one of them alone leaves it be."""
    db.session.execute(_HOLD)


def read_owed() -> None:
    """Read who is owed what into the table `owed`, which lasts until the transaction ends."""
    db.session.execute(text("drop table if exists owed"))
    db.session.execute(_OWED)
    db.session.execute(text("analyze owed"))


def owed_to(subscriber_id: int) -> tuple[NoticeItem, ...]:
    """What one reader is owed now, the oldest first; it stays owed."""
    ids = set(db.session.scalars(_OF_ONE, {"subscriber_id": subscriber_id}))
    return notices_with(ids).of(ids)


def notices_with(ids: Collection[int]) -> Notices:
    """The notices with these ids; one about an article that is no longer there has no link."""
    rows = db.session.execute(_ITEMS, {"ids": sorted(ids)}).all() if ids else ()
    return Notices({row.id: NoticeItem(row.id, row.text_nl, row.text_en, row.slug)
                    for row in rows})
