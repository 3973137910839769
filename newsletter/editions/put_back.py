"""Put back: an edition's dates as they stood before they were moved last."""

from datetime import datetime

from newsletter.editions.change import begin_change
from newsletter.editions.models import Edition
from newsletter.editions.move_dates import Dates, move_dates, previous_dates
from newsletter.errors import WrongState
from newsletter.extensions import db


def put_back(edition: Edition, *, revision: int, now: datetime) -> Dates:
    """Undo the last move of the edition's dates, once; the dates that it has again.

    Raises WrongState `not_moved` when there is nothing to undo, and as `move_dates` does.
    """
    begin_change(edition, revision=revision)
    previous = previous_dates(edition)
    if previous is None:
        raise WrongState("not_moved")
    move_dates(edition, previous, revision=revision, now=now)
    edition.previous_send_at = None
    edition.previous_copy_deadline_at = None
    edition.previous_approval_deadline_at = None
    db.session.flush()
    return previous
