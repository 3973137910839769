"""Which editions must leave now."""

from datetime import datetime

from sqlalchemy import select

from newsletter.editions.models import Edition, EditionStatus
from newsletter.extensions import db


def due_editions(now: datetime) -> list[int]:
    """Ids of the scheduled editions whose moment has come, the oldest first."""
    return list(
        db.session.scalars(
            select(Edition.id)
            .where(Edition.status == EditionStatus.SCHEDULED, Edition.send_at <= now)
            .order_by(Edition.send_at, Edition.id)
        )
    )
