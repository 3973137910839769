"""Monthly days: on which days a monthly digest leaves, as planned and further on by the rhythm."""

from datetime import date, datetime

from sqlalchemy import select

from newsletter.digests.models import DigestSlot
from newsletter.digests.rhythm import Rhythm, slots_between
from newsletter.extensions import db
from newsletter.subscribers.models import Cadence


def monthly_days(rhythm: Rhythm, *, after: datetime, until: datetime) -> frozenset[date]:
    """The local days of monthly digests whose moment lies in (`after`, `until`]."""
    planned = db.session.execute(
        select(DigestSlot.slot_on, DigestSlot.period_on)
        .where(DigestSlot.cadence == Cadence.MONTHLY)
        .where(DigestSlot.slot_at > after, DigestSlot.slot_at <= until)
    ).tuples().all()
    months = {period_on for _, period_on in planned}
    by_rule = slots_between(rhythm, Cadence.MONTHLY, after=after, until=until)
    return frozenset(
        [day for day, _ in planned]
        + [place.slot_on for place in by_rule if place.period_on not in months]
    )
