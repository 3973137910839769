"""Reads of periods without editions."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from newsletter.editions.days import Closed
from newsletter.editions.models import ClosedPeriod
from newsletter.errors import NotFound
from newsletter.extensions import db


def get_period(period_id: int, *, lock: bool = False) -> ClosedPeriod:
    """The period with this id. Raises NotFound."""
    query = select(ClosedPeriod).where(ClosedPeriod.id == period_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = db.session.scalar(query)
    if found is None:
        raise NotFound(f"period:{period_id}")
    return found


def periods_between(first: date, last: date) -> Sequence[ClosedPeriod]:
    """The periods that have a day from `first` to `last`, the earliest first."""
    return db.session.scalars(
        select(ClosedPeriod)
        .where(ClosedPeriod.last_on >= first, ClosedPeriod.first_on <= last)
        .order_by(ClosedPeriod.first_on, ClosedPeriod.id)
    ).all()


def closed_between(first: date, last: date) -> list[Closed]:
    """The same, as bare days."""
    return [Closed(each.name, each.first_on, each.last_on)
            for each in periods_between(first, last)]
