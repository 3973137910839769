"""What every test of a subscriber wants to know."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from newsletter.extensions import db
from newsletter.subscribers.models import Consent, Subscription

Acts = Callable[[Subscription], list[str]]


@pytest.fixture
def acts() -> Acts:
    """Tells the acts in the ledger of a subscription, oldest first."""

    def of(subscription: Subscription) -> list[str]:
        return [
            entry.value
            for entry in db.session.scalars(
                select(Consent.act)
                .where(Consent.subscriber_id == subscription.subscriber_id)
                .order_by(Consent.id)
            )
        ]

    return of
