"""What every test of a subscriber wants to know."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import create_engine, select, text

from newsletter.core import settings
from newsletter.extensions import db
from newsletter.subscribers.models import Consent, ConsentAct, Subscription
from newsletter.subscribers.record_consent import Proof, record_consent
from newsletter.subscribers.seal_consents import seal_consents
from tests import material

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


def change(subscriber_id: int) -> Consent:
    """One more entry in her ledger."""
    return record_consent(
        db.session.get_one(Subscription, subscriber_id), ConsentAct.CHANGED,
        proof=Proof("preference_page", "/voorkeuren"), now=material.NOW,
    )


@pytest.fixture
def owner(committed: Flask) -> Iterator[Callable[..., None]]:
    """Runs statements as the owner of the tables, with every trigger off."""
    engine = create_engine(settings().database_owner_url)

    def run(*statements: str) -> None:
        with engine.begin() as connection:
            connection.execute(text("alter table consents disable trigger user"))
            for statement in statements:
                connection.execute(text(statement))
            connection.execute(text("alter table consents enable trigger user"))

    yield run
    engine.dispose()


@pytest.fixture
def two(committed: Flask) -> tuple[int, int]:
    """Two readers with four entries each, under one seal."""
    readers = material.reader(), material.reader()
    for subscription in readers:
        for _ in range(2):
            change(subscription.subscriber_id)
    db.session.commit()
    assert seal_consents(now=material.NOW)
    db.session.commit()
    first, second = (subscription.subscriber_id for subscription in readers)
    return first, second
