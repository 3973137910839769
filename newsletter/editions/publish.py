"""Publish an edition: its mailing has been opened. Or set it aside as too late."""

from datetime import datetime

from newsletter import clock
from newsletter.editions.change import lock
from newsletter.editions.models import Edition, EditionStatus
from newsletter.errors import WrongState
from newsletter.extensions import db


def mark_published(edition: Edition, now: datetime) -> None:
    """The edition has appeared; safe to repeat, the first moment stays.

    Raises WrongState when it was never scheduled.
    """
    lock(edition)
    if edition.status is EditionStatus.PUBLISHED:
        return
    if edition.status is not EditionStatus.SCHEDULED:
        raise WrongState(edition.status.value)
    edition.status = EditionStatus.PUBLISHED
    edition.published_at = now
    edition.appeared_on = clock.local(now).date()
    edition.revision += 1
    db.session.flush()


def mark_late(edition: Edition) -> None:
    """The edition's moment passed beyond the lateness limit: a person decides. Safe to repeat.

    Raises WrongState when it was not scheduled.
    """
    lock(edition)
    if edition.status is EditionStatus.LATE:
        return
    if edition.status is not EditionStatus.SCHEDULED:
        raise WrongState(edition.status.value)
    edition.status = EditionStatus.LATE
    edition.revision += 1
    db.session.flush()
