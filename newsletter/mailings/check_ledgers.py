"""Check ledgers: each must close by its rows, and what is over must be as it was (promise 2).

A mailing that is over, with nothing open, can change no more: whatever records an outcome moves
only what is open, and nothing is planned for it any more. So what its ledger came to is kept, once,
for lists to tell. The check never reads that in place of the rows; it compares.
"""

from datetime import datetime, timedelta

from sqlalchemy import text, update
from sqlalchemy.dialects.postgresql import insert

from newsletter.deliveries.alarm import clear_alarm, raise_alarm
from newsletter.extensions import db
from newsletter.mailings.closed_models import ClosedLedger
from newsletter.mailings.ledger_queries import LEDGER_ALARM
from newsletter.mailings.models import Mailing, MailingStatus
from newsletter.mailings.queries import Progress, progress

_OVER = (MailingStatus.FINISHED, MailingStatus.CANCELLED)
AGAIN_AFTER = timedelta(days=1)  # one of the past that was kept is looked at so often, at most

_LOCK = text("select pg_try_advisory_xact_lock('closed_ledgers'::regclass::oid::integer, 0)")

# Asked of the two indexes of what is open, in their order, as when a mailing is closed.
_HAS_OPEN = """
    ((select d.id from deliveries d where d.mailing_id = m.id
         and d.status in ('pending', 'deferred', 'unclear')
       order by d.due_at, d.id limit 1) is not null
     or (select d.id from deliveries d where d.mailing_id = m.id and d.status = 'claimed'
          order by d.claim_id limit 1) is not null)
"""
# Of those that began before: one that is not kept yet, newest first, or else the one that nobody
# looked at for longest. None of them may be the first in the line for ever: what does not close
# rings, and what was cancelled with something open cannot be kept yet; both are looked at each
# time. What is finished with something open rings from its first look on, as it does not close.
_TO_CHECK = text(f"""
    with ringing as (
        select subject from alarms where kind = :alarm and cleared_at is null),
    of_the_past as (
        select m.id from mailings m left join closed_ledgers k on k.mailing_id = m.id
         where m.status in ('finished', 'cancelled') and m.recipients is not null
           and m.sending_at <= :since
           and m.key not in (select subject from ringing)
           and (k.checked_at < :before
                or k.mailing_id is null and (m.status = 'finished' or not {_HAS_OPEN}))
         order by k.checked_at nulls first, m.id desc limit 1)
    select m.id from mailings m
     where m.recipients is not null
       and (m.status in ('sending', 'paused') or m.sending_at > :since
            or m.id in (select id from of_the_past)
            or m.key in (select subject from ringing)
            or m.status = 'cancelled' and {_HAS_OPEN})
     order by m.id
""")  # noqa: S608 (only constants are joined)


def take_turn() -> bool:
    """Whether nobody else checks ledgers now; then nobody does until this transaction ends.

    Whoever comes second need not wait: the first looks at the same ledgers.
    """
    return bool(db.session.scalar(_LOCK))


def ledgers_to_check(*, now: datetime, since: datetime) -> list[int]:
    """The ids of the mailings to look at now, oldest first.

    All that are under way or began since then, all of which an alarm rings, all that were cancelled
    with something still open, and one of the past each time.
    """
    return list(db.session.scalars(
        _TO_CHECK, {"since": since, "before": now - AGAIN_AFTER, "alarm": LEDGER_ALARM}))


def check_ledger(mailing_id: int, *, now: datetime) -> bool:
    """Whether the ledger of this mailing closes.

    One that does not raises an alarm, also when a row has vanished (R22); one that closes again
    clears it.
    """
    mailing = db.session.get_one(Mailing, mailing_id)
    ledger = progress(mailing)
    if not ledger.closes:
        raise_alarm(
            LEDGER_ALARM,
            mailing.key,
            now=now,
            recipients=ledger.recipients,
            found=ledger.sent + ledger.failures + ledger.skips + ledger.open,
            open=ledger.open,
            same_ids=ledger.same_recipients,
            same_outcomes=ledger.same_outcomes,
        )
        return False
    clear_alarm(LEDGER_ALARM, mailing.key, now=now)
    if mailing.status in _OVER and not ledger.open:
        _keep(mailing, ledger, now=now)
    db.session.execute(
        update(ClosedLedger).where(ClosedLedger.mailing_id == mailing.id).values(checked_at=now)
        .execution_options(synchronize_session=False))
    return True


def _keep(mailing: Mailing, ledger: Progress, *, now: datetime) -> None:
    """Once: what is there stays as it is."""
    db.session.execute(
        insert(ClosedLedger)
        .values(
            mailing_id=mailing.id,
            recipients_hash=ledger.recipients_hash,
            sent=ledger.sent,
            failed=dict(ledger.failed),
            skipped={reason.value: count for reason, count in ledger.skipped.items()},
            unclear_copies=ledger.unclear_copies,
            kept_at=now,
            checked_at=now,
        )
        .on_conflict_do_nothing()
    )
