"""Partitions of the ledger: one a month; the past is dropped whole and never read (migration 0012).

The app's role cannot change the schema: functions of the owner's make and drop, and these ask them.
"""

from datetime import datetime

from sqlalchemy import text

from newsletter import clock
from newsletter.extensions import db
from newsletter.logs import get_logger

log = get_logger(__name__)

STRIDE = 1_000_000_000  # ids to a partition: far more than rows, so that no mailing meets the end
MOST_ROWS = 10_000_000  # beyond, the next one is opened before its month

# The key of the lock is the table itself, so that it is nobody else's.
_HOLD = text("select pg_advisory_xact_lock_shared('deliveries'::regclass::oid::integer, 0)")
_NEWEST_ID = text("select last_value from deliveries_id_seq")
_SINCE = text("select created_at from deliveries where id >= :first order by id limit 1")
_NUMBERS = text("""
    select right(part.relname, 4)::integer as number
      from pg_inherits i join pg_class part on part.oid = i.inhrelid
     where i.inhparent = 'deliveries'::regclass order by number
""")


def hold_partition() -> None:
    """Keep every delivery that this transaction adds in one partition, until it ends.

    For a planning, before its first row: a mailing's recipients are unique within a partition.
    Many may hold at once; `roll_over` comes when none does.
    """
    db.session.execute(_HOLD)


def roll_over(*, now: datetime) -> int | None:
    """The number of the partition that is newly written to; None when the one before still serves.

    A new one begins with each month (Europe/Amsterdam), and when there are more than `MOST_ROWS`.
    None also while a planning is under way, and when one had to be made first: ask again.
    """
    newest: int = db.session.execute(_NEWEST_ID).scalar_one()
    first = newest // STRIDE * STRIDE
    since = db.session.scalar(_SINCE, {"first": first})
    if since is None or (newest - first < MOST_ROWS and not _is_month_over(since, now)):
        return None
    opened: int | None = db.session.scalar(text("select open_partition()"))
    log.info("partition_opened" if opened else "partition_waits", number=opened)
    return opened


def drop_past() -> int:
    """How many deliveries went with the oldest partition that may go; 0 when none may.

    That is when none of its rows is open or younger than twelve months by the database's clock:
    a partition spans a month, so nothing in it is older than thirteen (P07). How each delivery of
    a mailing ended, and whose it was, stays in `past_outcomes` and `past_recipients`; attempts,
    single mails and their idempotency keys go whole. Raises OperationalError when the ledger was
    in use all the time.
    """
    for number in db.session.scalars(_NUMBERS).all():
        gone: int = db.session.execute(
            text("select drop_partition(:number)"), {"number": number}
        ).scalar_one()
        if gone:
            return gone
    return 0


def _is_month_over(since: datetime, now: datetime) -> bool:
    began, today = clock.local(since), clock.local(now)
    return (began.year, began.month) < (today.year, today.month)
