"""Whether a DKIM key is still needed: by deliveries that were to be signed by it before (S15)."""

from sqlalchemy import func, select

from newsletter.deliveries.models import OPEN, Claim, Delivery
from newsletter.extensions import db


def count_signed_by(selector: str) -> int:
    """How many open deliveries have that selector fixed since their first claim (R04)."""
    return db.session.scalar(
        select(func.count())
        .select_from(Delivery)
        .join(Claim, Claim.id == Delivery.first_claim_id)
        .where(Delivery.status.in_(OPEN), Claim.dkim.contains([selector]))
    ) or 0
