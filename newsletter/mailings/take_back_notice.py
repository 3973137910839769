"""Take a notice back: who does not have it yet never gets it, and who has it hears of that."""

from datetime import datetime

from sqlalchemy import Select, exists, or_, select, update

from newsletter.deliveries.models import Delivery, DeliveryStatus
from newsletter.extensions import db
from newsletter.mailings.notice_models import Notice, OwedNotice

UNSENT = (DeliveryStatus.FAILED, DeliveryStatus.SKIPPED)


def take_back_notice(notice_id: int, *, now: datetime) -> None:
    """Withdraw the notice: no mail carries it from now on. Safe to repeat."""
    db.session.execute(
        update(Notice)
        .where(Notice.id == notice_id, Notice.withdrawn_at.is_(None))
        .values(withdrawn_at=now)
    )


def who_knows(notice_id: int) -> Select[int]:
    """The readers who were given the notice, or who get it by a mail that is on its way."""
    unsent = exists().where(Delivery.id == OwedNotice.delivery_id, Delivery.status.in_(UNSENT))
    return select(OwedNotice.subscriber_id).where(
        OwedNotice.notice_id == notice_id,
        or_(OwedNotice.given_at.is_not(None), OwedNotice.delivery_id.is_not(None) & ~unsent),
    )
