"""Move the dates of an edition in the year plan."""

from dataclasses import dataclass
from datetime import datetime

from newsletter.editions.change import begin_change, end_change
from newsletter.editions.models import Edition, EditionStatus
from newsletter.errors import BadMoment, WrongState


@dataclass(frozen=True)
class Dates:
    """The three moments of an edition, aware."""

    send_at: datetime
    copy_deadline_at: datetime
    approval_deadline_at: datetime


def dates_of(edition: Edition) -> Dates:
    """The edition's moments as they now stand."""
    return Dates(edition.send_at, edition.copy_deadline_at, edition.approval_deadline_at)


def previous_dates(edition: Edition) -> Dates | None:
    """The edition's moments before they were moved last, while that can be undone."""
    send_at, copy_at = edition.previous_send_at, edition.previous_copy_deadline_at
    approval_at = edition.previous_approval_deadline_at
    if send_at is None or copy_at is None or approval_at is None:
        return None
    return Dates(send_at, copy_at, approval_at)


def move_dates(edition: Edition, dates: Dates, *, revision: int, now: datetime) -> None:
    """Give the edition other moments; a scheduled one stays scheduled. `put_back` undoes it.

    Raises BadMoment at `send_at` (past), `approval_deadline_at` (after sending) or
    `copy_deadline_at` (after approval); BadInput at `revision`; WrongState when the edition has
    left or its moment has come; EditionNotReady when it is scheduled and an article would not be
    released in time.
    """
    begin_change(edition, revision=revision)
    if edition.status is EditionStatus.SCHEDULED and edition.send_at <= now:
        raise WrongState("leaving")
    if dates.send_at < now:
        raise BadMoment("send_at", "past")
    if dates.approval_deadline_at > dates.send_at:
        raise BadMoment("approval_deadline_at", "after_sending")
    if dates.copy_deadline_at > dates.approval_deadline_at:
        raise BadMoment("copy_deadline_at", "after_approval")
    if dates != dates_of(edition):
        edition.previous_send_at = edition.send_at
        edition.previous_copy_deadline_at = edition.copy_deadline_at
        edition.previous_approval_deadline_at = edition.approval_deadline_at
    edition.send_at = dates.send_at
    edition.copy_deadline_at = dates.copy_deadline_at
    edition.approval_deadline_at = dates.approval_deadline_at
    if edition.status is EditionStatus.LATE:
        edition.status = EditionStatus.PLANNED
    end_change(edition)

