"""Settle notices: what was carried by a mail that ended is given, or owed again."""

from datetime import datetime, timedelta

from sqlalchemy import text

from newsletter.extensions import db

# How long it is remembered that a notice was given: a change of themes may be undone, and whoever
# knows of it must hear so.
KEPT_FOR = timedelta(days=400)

_GIVEN = text("""
    update owed_notices o set given_at = d.sent_at
      from deliveries d
     where o.given_at is null and d.id = o.delivery_id and d.status = 'sent'
""")
_OWED_AGAIN = text("""
    update owed_notices o set delivery_id = null
      from deliveries d
     where o.given_at is null and d.id = o.delivery_id and d.status in ('failed', 'skipped')
       and (o.subscriber_id, o.notice_id) in (
           select subscriber_id, notice_id from owed_notices
            where given_at is null and delivery_id is not null for update skip locked)
""")
# Of a correction: whoever turned out not to have been served with the old text is owed no line;
# what was unclear once may lie in a mailbox, whatever came after.
_NOT_SERVED = text("""
    delete from owed_notices o using corrections c, deliveries d
     where c.corrected_at > clock_timestamp() - interval '30 days'
       and d.mailing_id = c.mailing_id and d.status in ('failed', 'skipped')
       and d.unclear_count = 0 and d.ended_at >= c.corrected_at
       and o.notice_id = c.notice_id and o.subscriber_id = d.subscriber_id
       and o.given_at is null and o.delivery_id is null
""")
_FORGET = text("""
    delete from owed_notices o using subscriptions s, notices n
     where s.subscriber_id = o.subscriber_id and n.id = o.notice_id
       and (o.given_at < :before
            or s.status = 'ended' and s.ended_at < :left_before
            or o.delivery_id is null and n.withdrawn_at is not null)
""")


def settle_notices() -> int:
    """How many notices were given or are owed again. Safe to repeat."""
    given = db.session.execute(_GIVEN)
    again = db.session.execute(_OWED_AGAIN)
    db.session.execute(_NOT_SERVED)
    return int(given.rowcount + again.rowcount)  # type: ignore[attr-defined]


def forget_notices(*, now: datetime, undo_for: timedelta) -> int:
    """How many entries went: given long ago, withdrawn, or owed to readers who left for good.

    `undo_for`: as long as one who left may come back to her choices.
    """
    gone = db.session.execute(_FORGET, {"before": now - KEPT_FOR, "left_before": now - undo_for})
    return int(gone.rowcount)  # type: ignore[attr-defined]
