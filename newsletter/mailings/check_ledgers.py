"""Check ledgers: each must close by its rows, and what is over must be as it was (promise 2).

A mailing that is over, with nothing open, can change no more: whatever records an outcome moves
only what is open, and nothing is planned for it any more. So what its ledger came to is kept, once,
for lists to tell. The check never reads that in place of the rows; it compares.
"""

from datetime import datetime

from sqlalchemy import or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from newsletter.deliveries.alarm import clear_alarm, raise_alarm
from newsletter.deliveries.models import Alarm
from newsletter.extensions import db
from newsletter.mailings.closed_models import ClosedLedger
from newsletter.mailings.ledger_queries import LEDGER_ALARM
from newsletter.mailings.models import Mailing, MailingStatus
from newsletter.mailings.queries import Progress, progress

_OVER = (MailingStatus.FINISHED, MailingStatus.CANCELLED)
# Of those that began before: one that is not kept yet, newest first, or else the one that nobody
# looked at for longest. What does not close rings, and is looked at each time anyhow; what has
# something open cannot be kept yet. Either would be the first in the line for ever.
_ONE_OF_THE_PAST = text("""
    select m.id from mailings m left join closed_ledgers k on k.mailing_id = m.id
     where m.status in ('finished', 'cancelled') and m.recipients is not null
       and m.sending_at <= :since
       and not exists (select from alarms a where a.kind = :alarm and a.subject = m.key
                                              and a.cleared_at is null)
       and (k.mailing_id is not null
            or (select d.id from deliveries d where d.mailing_id = m.id
                   and d.status in ('pending', 'deferred', 'unclear')
                 order by d.due_at, d.id limit 1) is null
           and (select d.id from deliveries d where d.mailing_id = m.id and d.status = 'claimed'
                 order by d.claim_id limit 1) is null)
     order by k.checked_at nulls first, m.id desc limit 1
""")


def check_ledgers(*, now: datetime, since: datetime) -> list[str]:
    """The keys of the mailings whose ledger does not close, of those that were looked at.

    That is all that are under way or began since then, all of which an alarm rings, and one of the
    past each time. Each raises an alarm, also when a row has vanished (R22); one that closes again
    clears it.
    """
    broken, right = [], []
    for mailing in _to_check(since):
        ledger = progress(mailing)
        if ledger.closes:
            clear_alarm(LEDGER_ALARM, mailing.key, now=now)
            if mailing.status in _OVER and not ledger.open:
                _keep(mailing, ledger, now=now)
            right.append(mailing.id)
            continue
        broken.append(mailing.key)
        raise_alarm(
            LEDGER_ALARM,
            mailing.key,
            now=now,
            recipients=ledger.recipients,
            found=ledger.sent + ledger.failures + ledger.skips + ledger.open,
            same_ids=ledger.same_recipients,
            same_outcomes=ledger.same_outcomes,
        )
    db.session.execute(
        update(ClosedLedger).where(ClosedLedger.mailing_id.in_(right)).values(checked_at=now)
        .execution_options(synchronize_session=False))
    return broken


def _to_check(since: datetime) -> list[Mailing]:
    of_the_past = db.session.scalar(_ONE_OF_THE_PAST, {"since": since, "alarm": LEDGER_ALARM})
    return list(db.session.scalars(
        select(Mailing).where(
            Mailing.recipients.is_not(None),
            or_(
                Mailing.status.in_((MailingStatus.SENDING, MailingStatus.PAUSED)),
                Mailing.sending_at > since,
                Mailing.id == of_the_past,
                Mailing.key.in_(select(Alarm.subject).where(
                    Alarm.kind == LEDGER_ALARM, Alarm.cleared_at.is_(None))),
            ),
        ).order_by(Mailing.id)
    ))


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
