"""Pause, resume and cancel a mailing; workers notice at their next claim."""

from datetime import datetime

from sqlalchemy import delete, select, text, update

from newsletter.deliveries.alarm import clear_alarm, find_open_alarm
from newsletter.deliveries.pace_models import RecentAnswers
from newsletter.errors import NotFound, WrongState
from newsletter.extensions import db
from newsletter.jobs import Job, enqueue
from newsletter.mailings.correction_models import Correction
from newsletter.mailings.models import Mailing, MailingStatus
from newsletter.mailings.start import WAKE_UPS

BRAKE_ALARM = "about_sender"  # raised where a mailing pauses by itself (`sending/brake.py`)

# Refused for what we were when the brake was pulled; a person has seen to it since.
_TRY_AGAIN = text("""
    update deliveries d set due_at = clock_timestamp()
     where d.mailing_id = :id and d.status = 'deferred' and d.due_at > clock_timestamp()
       and exists (select from attempts a
                    where a.delivery_id = d.id and a.outcome = 'about_sender')
""")


def pause(mailing_id: int, *, now: datetime) -> Mailing:
    """Hold what has not left. Raises WrongState unless it is sending; twice is as good as once."""
    mailing = lock_mailing(mailing_id)
    if mailing.status is MailingStatus.PAUSED:
        return mailing
    if mailing.status is not MailingStatus.SENDING:
        raise WrongState(mailing.status.value)
    mailing.status = MailingStatus.PAUSED
    mailing.paused_at = now
    return mailing


def resume(mailing_id: int, *, now: datetime) -> Mailing:
    """Let the rest leave. Raises WrongState unless it is paused; twice is as good as once.

    It goes on with the text as it stands: a correction that was not carried out is dropped. After
    the brake its alarm is cleared, what was refused for our sake is due at once, and only answers
    given from now on can pull the brake again.
    """
    mailing = lock_mailing(mailing_id)
    if mailing.status is MailingStatus.SENDING:
        return mailing
    if mailing.status is not MailingStatus.PAUSED:
        raise WrongState(mailing.status.value)
    mailing.status = MailingStatus.SENDING
    mailing.paused_at = None
    _drop_correction(mailing, now=now)
    _release_brake(mailing, now=now)
    enqueue(Job.SEND_BULK, times=WAKE_UPS)
    return mailing


def cancel(mailing_id: int, *, now: datetime) -> int:
    """How many of the rest became skipped (cancelled). What is in a worker's hands still ends
    by itself. Raises WrongState when it has finished.
    """
    mailing = lock_mailing(mailing_id)
    if mailing.status is MailingStatus.FINISHED:
        raise WrongState(mailing.status.value)
    mailing.status = MailingStatus.CANCELLED
    _drop_correction(mailing, now=now)
    clear_alarm(BRAKE_ALARM, mailing.key, now=now)
    skipped = db.session.execute(
        text("""update deliveries set status = 'skipped', skip_reason = 'cancelled',
                       ended_at = :now
                 where mailing_id = :id and status in ('pending', 'deferred', 'unclear')
             returning id"""),
        {"id": mailing_id, "now": now},
    )
    return len(skipped.all())


def _drop_correction(mailing: Mailing, *, now: datetime) -> None:
    db.session.execute(
        update(Correction)
        .where(Correction.mailing_id == mailing.id, Correction.dropped_at.is_(None),
               Correction.corrected_at.is_(None))
        .values(dropped_at=now)
    )


def _release_brake(mailing: Mailing, *, now: datetime) -> None:
    if find_open_alarm(BRAKE_ALARM, mailing.key) is None:
        return
    clear_alarm(BRAKE_ALARM, mailing.key, now=now)
    db.session.execute(delete(RecentAnswers).where(RecentAnswers.mailing_id == mailing.id))
    db.session.execute(_TRY_AGAIN, {"id": mailing.id})


def lock_mailing(mailing_id: int) -> Mailing:
    """The mailing as it stands, its row held until the transaction ends. Raises NotFound."""
    mailing: Mailing | None = db.session.scalar(
        select(Mailing)
        .where(Mailing.id == mailing_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if mailing is None:
        raise NotFound(f"mailing {mailing_id}")
    return mailing
