"""Carry notices: note which mail brings a reader what she was owed."""

from sqlalchemy import text

from newsletter.extensions import db
from newsletter.mailings.contents import NoticeItem
from newsletter.mailings.owed import STILL_OWED

# The statistics of a mailing that was just planned are not there yet: look her delivery up.
_IN_MAILING = text("""
    update owed_notices o set delivery_id = d.id
      from owed w, deliveries d, variants v
     where d.mailing_id = :mailing_id and d.subscriber_id = w.subscriber_id
       and v.id = d.variant_id
       and o.subscriber_id = w.subscriber_id and o.notice_id = any (v.notice_ids)
""")
_BY_ONE = text(f"""
    update owed_notices o set delivery_id = :delivery_id
      from (select o.notice_id from owed_notices o
              join notices n on n.id = o.notice_id
              left join deliveries d on d.id = o.delivery_id
             where o.subscriber_id = :subscriber_id and {STILL_OWED}
               for update of o skip locked) w
      join notices n on n.id = w.notice_id
      left join articles a on a.id = n.article_id and a.released_at is not null
     where o.subscriber_id = :subscriber_id and o.notice_id = w.notice_id
    returning n.id, n.text_nl, n.text_en, a.slug
""")  # noqa: S608 (only constants are joined)


def carry_in_mailing(mailing_id: int) -> None:
    """Its variants carry what was read as owed when it was planned, in this transaction."""
    db.session.execute(_IN_MAILING, {"mailing_id": mailing_id})


def carry_by(delivery_id: int, subscriber_id: int) -> tuple[NoticeItem, ...]:
    """What a mail to one reader brings her: all that she is owed now, the oldest first."""
    rows = db.session.execute(
        _BY_ONE, {"delivery_id": delivery_id, "subscriber_id": subscriber_id})
    return tuple(sorted((NoticeItem(*row) for row in rows), key=lambda item: item.id))
