"""Lift a suppression: only at the reader's own written request (W07)."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import delete, func, select

from newsletter import clock
from newsletter.deliveries.models import Suppression
from newsletter.deliveries.suppress import GRAVITY, SuppressionReason
from newsletter.errors import BadInput, BadMoment
from newsletter.extensions import db


def lift(address_hashes: Sequence[str], *, asked_on: date, now: datetime) -> SuppressionReason:
    """Take the address off the list; the gravest reason it was on it.

    `asked_on` is the day of her request, in the Netherlands. Nobody becomes a reader by it: she
    signs up herself. Raises BadInput at `address` when it is not on the list, and BadMoment at
    `asked_on` for a day to come, or one before the last suppression: that wish is the later one.
    """
    rows = db.session.scalars(
        select(Suppression).where(Suppression.address_hash.in_(address_hashes)).with_for_update()
    ).all()
    if not rows:
        raise BadInput("address", "not_suppressed")
    if asked_on > clock.local(now).date():
        raise BadMoment("asked_on", "to_come")
    if asked_on < max(clock.local(row.created_at).date() for row in rows):
        raise BadMoment("asked_on", "before_suppression")
    reason = max((SuppressionReason(row.reason) for row in rows), key=GRAVITY.index)
    db.session.execute(
        delete(Suppression).where(Suppression.address_hash.in_(address_hashes))
        .execution_options(synchronize_session=False)
    )
    return reason


def suppressions_by_reason() -> list[tuple[SuppressionReason, int, datetime, datetime]]:
    """For each reason how many addresses, and when the first and the last came on the list."""
    rows = db.session.execute(
        select(Suppression.reason, func.count(), func.min(Suppression.created_at),
               func.max(Suppression.created_at)).group_by(Suppression.reason)
    )
    found = {row[0]: row for row in rows}
    return [(reason, *found[reason][1:]) for reason in GRAVITY if reason in found]
