"""Extend the term of a request under the AVG by two months, once, with the reason."""

from datetime import datetime

from newsletter import clock
from newsletter.errors import BadInput, WrongState
from newsletter.extensions import db
from newsletter.subscribers.handle_request import read_note
from newsletter.subscribers.request_models import DataRequest

MONTHS = 3  # in all, from the day that it came in


def extend_request(
    request: DataRequest, *, because: str, account_id: int, now: datetime
) -> None:
    """Let the request, locked by who calls, be due three months after its day.

    The reader is to hear of it and why within the first month (AVG article 12(3)): so it can be
    done no later than the last day. Raises WrongState when it was handled or extended already, or
    that day is past, and BadInput at `because` when that is empty, too long or might hold an
    address.
    """
    if request.handled_at is not None or request.extended_at is not None:
        raise WrongState("handled or extended")
    if clock.local(now).date() > request.due_on:
        raise WrongState("past its day")
    try:
        reason = read_note(because)
    except BadInput as fault:
        raise BadInput("because", fault.reason) from fault
    if not reason:
        raise BadInput("because", "empty")
    request.due_on = clock.add_months(request.received_on, MONTHS)
    request.extended_at, request.extended_by = now, account_id
    request.extended_because = reason
    db.session.flush()
