"""Remove a period without editions."""

from newsletter.editions.models import ClosedPeriod
from newsletter.editions.period_queries import get_period
from newsletter.extensions import db


def remove_period(period_id: int) -> ClosedPeriod:
    """Take the period away. Raises NotFound when it is gone already."""
    period = get_period(period_id, lock=True)
    db.session.delete(period)
    db.session.flush()
    return period
