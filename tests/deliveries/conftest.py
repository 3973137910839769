"""Deliveries to claim, due by the database's own clock."""

from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from newsletter.deliveries.claim import Due
from newsletter.deliveries.models import MailKind
from newsletter.deliveries.queue import SingleMail, queue_single
from newsletter.jobs import Lane
from tests import material

Take = Callable[..., tuple[int, list[Due]]]


@pytest.fixture
def owed(session: Session) -> list[int]:
    """Four single mails that are due, oldest first."""
    who = material.reader().subscriber_id
    ids = [
        queue_single(SingleMail(kind=MailKind.WELCOME, subscriber_id=who), now=material.NOW)
        for _ in range(4)
    ]
    session.execute(text(
        "update deliveries set due_at = clock_timestamp() - interval '1 minute'"
        " + id * interval '1 microsecond'"
    ))
    return [each for each in ids if each is not None]


@pytest.fixture
def take() -> Take:
    """Claims some under a claim of its own."""

    def take_some(
        limit: int = 9, *, lane: Lane = Lane.PROMPT, seconds: float = 30.0
    ) -> tuple[int, list[Due]]:
        return material.claimed(lane, limit=limit, seconds=seconds)

    return take_some
