"""Open a request under the AVG: what was asked, on which day, and until when to answer."""

from datetime import date, datetime

from newsletter import clock
from newsletter.errors import BadMoment
from newsletter.extensions import db
from newsletter.subscribers.request_models import DataRequest, DataRequestKind


def open_request(
    kind: DataRequestKind,
    *,
    subscriber_id: int | None,
    received_on: date,
    account_id: int,
    now: datetime,
) -> DataRequest:
    """The new request, flushed, due one month after the day it came in (AVG article 12(3)).

    The month is that of Regulation 1182/71 article 3: the same day, or the last of a shorter
    month; a weekend gives no time extra. Raises BadMoment at `received_on` for a day to come.
    """
    if received_on > clock.local(now).date():
        raise BadMoment("received_on", "to_come")
    request = DataRequest(
        kind=kind, subscriber_id=subscriber_id, received_on=received_on,
        due_on=clock.add_months(received_on, 1), opened_at=now, opened_by=account_id, note="",
    )
    db.session.add(request)
    db.session.flush()
    return request
