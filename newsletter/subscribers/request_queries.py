"""Reads of requests under the AVG."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import func, select

from newsletter.errors import NotFound
from newsletter.extensions import db
from newsletter.subscribers.find_reader import LARGEST_NUMBER
from newsletter.subscribers.request_models import DataRequest

SOON = timedelta(days=7)


def get_request(request_id: int, *, lock: bool = False) -> DataRequest:
    """The request; locked for a deed on request. Raises NotFound."""
    query = select(DataRequest).where(DataRequest.id == request_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = db.session.scalar(query) if 0 < request_id <= LARGEST_NUMBER else None
    if found is None:
        raise NotFound(f"request {request_id}")
    return found


def open_requests(*, at_most: int) -> Sequence[DataRequest]:
    """What is to be handled, the most urgent first."""
    return db.session.scalars(
        select(DataRequest).where(DataRequest.handled_at.is_(None))
        .order_by(DataRequest.due_on, DataRequest.id).limit(at_most)
    ).all()


def handled_requests(*, at_most: int) -> Sequence[DataRequest]:
    """What was handled, the newest first."""
    return db.session.scalars(
        select(DataRequest).where(DataRequest.handled_at.is_not(None))
        .order_by(DataRequest.handled_at.desc()).limit(at_most)
    ).all()


def requests_of(subscriber_id: int) -> Sequence[DataRequest]:
    """What one reader asked, the newest first."""
    return db.session.scalars(
        select(DataRequest).where(DataRequest.subscriber_id == subscriber_id)
        .order_by(DataRequest.id.desc())
    ).all()


def count_open() -> int:
    """How many requests are still to be handled."""
    return db.session.scalars(
        select(func.count()).select_from(DataRequest).where(DataRequest.handled_at.is_(None))
    ).one()


def count_urgent(today: date) -> tuple[int, int]:
    """How many open requests are due within seven days, and how many are past their day."""
    soon, late = db.session.execute(
        select(func.count().filter(DataRequest.due_on >= today),
               func.count().filter(DataRequest.due_on < today))
        .where(DataRequest.handled_at.is_(None), DataRequest.due_on <= today + SOON)
    ).one()
    return soon, late
