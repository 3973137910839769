"""Forget the salt that ties a subscriber's consent entries to her address (P01, P06)."""

from datetime import datetime

from sqlalchemy import delete, func, select, update

from newsletter.extensions import db
from newsletter.subscribers.consent_models import ConsentSalt

AT_ONCE = 5_000


def forget_salt(subscriber_id: int, *, keep_months: int, now: datetime) -> None:
    """Destroy her salt now when `keep_months` is 0, else that many calendar months (UTC) later.

    Safe to repeat; a moment that was set stays the earliest one. Call it as the last of an
    erasure: an entry made while there is an address makes a salt.
    """
    hers = ConsentSalt.subscriber_id == subscriber_id
    if keep_months == 0:
        db.session.execute(delete(ConsentSalt).where(hers))
        return
    later = func.timezone("UTC", func.timezone("UTC", now) + func.make_interval(0, keep_months))
    db.session.execute(
        update(ConsentSalt).where(hers)
        .values(destroy_at=func.least(ConsentSalt.destroy_at, later))  # least skips a null
    )


def destroy_due_salts(now: datetime) -> int:
    """How many kept salts had their time and were destroyed, at most 5,000 a call.

    Safe to repeat.
    """
    due = (
        select(ConsentSalt.subscriber_id)
        .where(ConsentSalt.destroy_at <= now)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    removed = db.session.scalars(
        delete(ConsentSalt).where(ConsentSalt.subscriber_id.in_(due))
        .returning(ConsentSalt.subscriber_id)
        .execution_options(synchronize_session=False)
    )
    return len(removed.all())
