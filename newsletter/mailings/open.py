"""Open: one mailing for one edition or one digest slot, however often it is asked (R13)."""

from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from newsletter.deliveries.models import MailKind
from newsletter.extensions import db
from newsletter.mailings.models import Mailing, MailingStatus

# The cause before the mailing, always in this order, or two that carry it out could deadlock.
# By table name only: both live a floor higher.
_LOCK_CAUSE = text("""
    with edition as (select id from editions where id = :edition_id for update),
         slot as (select id from digest_slots where id = :digest_slot_id for update)
    select (select count(*) from edition) + (select count(*) from slot)
""")


def open_mailing(
    key: str,
    *,
    kind: MailKind,
    cutoff_at: datetime,
    now: datetime,
    edition_id: int | None = None,
    digest_slot_id: int | None = None,
) -> Mailing:
    """The mailing with this key, locked: made now, or found as made before.

    One that is still only planned takes the new cut-off: its edition may have been moved since.
    """
    db.session.execute(_LOCK_CAUSE, {"edition_id": edition_id, "digest_slot_id": digest_slot_id})
    db.session.execute(
        insert(Mailing)
        .values(
            key=key,
            kind=kind.value,
            edition_id=edition_id,
            digest_slot_id=digest_slot_id,
            status=MailingStatus.PLANNED,
            cutoff_at=cutoff_at,
            opened_at=now,
        )
        .on_conflict_do_nothing()
    )
    mailing = db.session.scalars(
        select(Mailing)
        .where(Mailing.key == key)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if mailing.status is MailingStatus.PLANNED:
        mailing.cutoff_at = cutoff_at
    return mailing
