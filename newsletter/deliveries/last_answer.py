"""What came of the newest mail that was tried: as much as we know of the relay without asking."""

from sqlalchemy import select

from newsletter.deliveries.models import Attempt
from newsletter.extensions import db


def last_answer() -> Attempt | None:
    """The attempt of the newest delivery that had one, by the key of the table."""
    return db.session.scalar(
        select(Attempt).order_by(Attempt.delivery_id.desc(), Attempt.claim_id.desc()).limit(1)
    )
