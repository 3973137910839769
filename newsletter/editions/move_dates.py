"""Move the dates of an edition in the year plan, and what to mind about them."""

from dataclasses import dataclass
from datetime import datetime

from newsletter import clock
from newsletter.editions import days
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


def move_dates(edition: Edition, dates: Dates, *, revision: int, now: datetime) -> None:
    """Give the edition other moments; a scheduled one stays scheduled.

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
    edition.send_at = dates.send_at
    edition.copy_deadline_at = dates.copy_deadline_at
    edition.approval_deadline_at = dates.approval_deadline_at
    if edition.status is EditionStatus.LATE:
        edition.status = EditionStatus.PLANNED
    end_change(edition)


def minds_of(dates: Dates) -> list[days.Caution]:
    """What to mind about these dates in the Netherlands; nothing of it refuses them."""
    return [
        *days.minds_of_sending(dates.send_at),
        *days.minds_of_day("copy_deadline_at", clock.local(dates.copy_deadline_at).date()),
        *days.minds_of_day("approval_deadline_at", clock.local(dates.approval_deadline_at).date()),
    ]
