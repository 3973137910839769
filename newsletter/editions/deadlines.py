"""The deadlines of an edition: when they are, whether one was met, and what still waits for one.

Apart from the days of reminders, so that sending a mail needs no calendar of holidays.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from newsletter.editions.approval_queries import approved_editions
from newsletter.editions.content import missing_for_sending
from newsletter.editions.models import Edition, EditionStatus
from newsletter.editions.reminder_models import Deadline
from newsletter.extensions import db

LEFT = (EditionStatus.PUBLISHED, EditionStatus.SCHEDULED)


def deadlines_of(edition: Edition) -> dict[Deadline, datetime]:
    """The edition's moments as they now stand."""
    return {
        Deadline.COPY: edition.copy_deadline_at,
        Deadline.APPROVAL: edition.approval_deadline_at,
        Deadline.SENDING: edition.send_at,
    }


def is_met(edition: Edition, deadline: Deadline) -> bool:
    """Whether what the deadline asks for has been done."""
    if edition.status in LEFT:
        return True
    if deadline is Deadline.APPROVAL:
        return bool(approved_editions([edition.id]))
    return deadline is Deadline.COPY and not missing_for_sending(edition)


@dataclass(frozen=True)
class Told:
    """What a reminder that was queued speaks of."""

    edition_id: int
    deadline: Deadline
    deadline_at: datetime


def still_owed(told: Iterable[Told], *, now: datetime) -> set[Told]:
    """Those whose deadline still stands where it stood, has not passed and is not met."""
    wanted = set(told)
    ids = {one.edition_id for one in wanted}
    editions = {edition.id: edition for edition in db.session.scalars(
        select(Edition).where(Edition.id.in_(ids)).execution_options(populate_existing=True)
    )} if ids else {}
    return {
        one for one in wanted
        if (edition := editions.get(one.edition_id)) is not None
        and now < one.deadline_at == deadlines_of(edition)[one.deadline]
        and not is_met(edition, one.deadline)
    }
