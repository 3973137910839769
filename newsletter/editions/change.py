"""What every change of an edition begins and ends with: its lock, its revision, its rules."""

from newsletter.editions.content import missing_for_sending
from newsletter.editions.models import Edition, EditionStatus
from newsletter.errors import BadInput, EditionNotReady, WrongState
from newsletter.extensions import db


def lock(edition: Edition) -> None:
    """Read the edition and its items anew and hold its row until the transaction ends."""
    db.session.expire(edition)
    db.session.refresh(edition, with_for_update=True)


def begin_change(edition: Edition, *, revision: int) -> None:
    """Lock the edition's row for this transaction and see that it may still change.

    Raises WrongState when it has left, and BadInput at `revision` when someone saved since the
    writer opened it: nothing is overwritten unseen.
    """
    lock(edition)
    if edition.status is EditionStatus.PUBLISHED:
        raise WrongState("published")
    if edition.revision != revision:
        raise BadInput("revision", "saved_meanwhile")


def end_change(edition: Edition) -> None:
    """Count the save. Raises EditionNotReady when a scheduled edition would now miss something."""
    edition.revision += 1
    db.session.flush()
    if edition.status is EditionStatus.SCHEDULED:
        missing = missing_for_sending(edition)
        if missing:
            raise EditionNotReady(missing)
