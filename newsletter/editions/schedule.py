"""Schedule an edition: it leaves by itself at its moment. Or take it back."""

from datetime import datetime

from newsletter.deliveries.alarm import clear_alarm
from newsletter.editions.change import lock
from newsletter.editions.content import missing_for_sending
from newsletter.editions.models import Edition, EditionStatus
from newsletter.editions.take_approved import approval_that_holds
from newsletter.editions.void_changed import UNAPPROVED_ALARM
from newsletter.errors import BadMoment, EditionNotReady, WrongState
from newsletter.extensions import db
from newsletter.mailings.contents import CompiledManifest

# Raised when the moment has come; a person who gives the edition a new one has seen to it.
LATE_ALARM = "edition_late"
UNMAKEABLE_ALARM = "edition_unmakeable"


def schedule(
    edition: Edition, compiled: CompiledManifest | None, *, send_at: datetime, now: datetime
) -> None:
    """Let the edition leave at `send_at`, which is `now` or later.

    `compiled` is its mail as it would leave at that moment; None when none can be made. Deadlines
    that would come after it move to it. Also moves an edition that is scheduled already, and
    gives a late one a new moment. Raises BadMoment at `send_at` when it lies in the past,
    WrongState when the edition is published or its moment has come, EditionNotReady when it
    misses something, NotApproved when no second person approved this very mail.
    """
    lock(edition)
    _refuse_when_leaving(edition, now=now)
    if send_at < now:
        raise BadMoment("send_at", "past")
    missing = missing_for_sending(edition, send_at=send_at)
    if missing:
        raise EditionNotReady(missing)
    approval_that_holds(edition, compiled)
    if send_at != edition.send_at:  # not a move in the year plan: there is none to undo any more
        edition.previous_send_at = None
        edition.previous_copy_deadline_at = None
        edition.previous_approval_deadline_at = None
    edition.send_at = send_at
    edition.approval_deadline_at = min(edition.approval_deadline_at, send_at)
    edition.copy_deadline_at = min(edition.copy_deadline_at, edition.approval_deadline_at)
    edition.status = EditionStatus.SCHEDULED
    clear_alarm(LATE_ALARM, f"edition:{edition.key}", now=now)
    clear_alarm(UNMAKEABLE_ALARM, f"edition:{edition.key}", now=now)
    clear_alarm(UNAPPROVED_ALARM, f"edition:{edition.key}", now=now)
    edition.revision += 1
    db.session.flush()


def unschedule(edition: Edition, *, now: datetime) -> None:
    """Take the edition back: it no longer leaves by itself. Its moment stays in the year plan.

    Raises WrongState when it is not scheduled, or its moment has come.
    """
    lock(edition)
    _refuse_when_leaving(edition, now=now)
    if edition.status is not EditionStatus.SCHEDULED:
        raise WrongState(edition.status.value)
    edition.status = EditionStatus.PLANNED
    edition.revision += 1
    db.session.flush()


def _refuse_when_leaving(edition: Edition, *, now: datetime) -> None:
    if edition.status is EditionStatus.PUBLISHED:
        raise WrongState("published")
    if edition.status is EditionStatus.SCHEDULED and edition.send_at <= now:
        raise WrongState("leaving")
