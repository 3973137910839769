"""Entries of before the chain are chained by its migration, and it can be taken back."""

import pytest
import sqlalchemy as sa
from flask import Flask, current_app
from flask_migrate import downgrade, upgrade

from newsletter.core import settings
from newsletter.extensions import db
from newsletter.schema import migrate
from newsletter.subscribers.models import Consent
from newsletter.subscribers.seal_consents import seal_consents
from newsletter.subscribers.verify_consents import verify_consents
from tests import material

OLD = """
    insert into subscribers (created_at) select now() from generate_series(1, 3);
    insert into consents (subscriber_id, at, act, means, source_page, wording_id, choices)
    select person.id, now() - interval '1 day' * turn, 'changed', 'form', '/', wording.id,
           jsonb_build_object('turn', turn)
      from generate_series(1, 4) turn, subscribers person,
           (select min(id) as id from consent_wordings) wording
     order by turn, person.id
"""


@pytest.fixture
def old(committed: Flask) -> None:
    """A database of the version before, with three chains that were entered through each other."""
    migrate.init_app(current_app)
    db.session.remove()
    downgrade(revision="0008")
    engine = sa.create_engine(settings().database_url)
    with engine.begin() as connection:
        for statement in OLD.split(";"):
            connection.execute(sa.text(statement))
    engine.dispose()


def test_entries_of_before_the_chain_are_chained_by_the_migration(old: None) -> None:
    upgrade()
    assert db.session.execute(
        sa.select(Consent.subscriber_id, sa.func.array_agg(Consent.sequence))
        .group_by(Consent.subscriber_id).order_by(Consent.subscriber_id)
    ).tuples().all() == [(person, [1, 2, 3, 4]) for person in (1, 2, 3)]
    assert verify_consents().broken is None
    sealed = seal_consents(now=material.NOW)
    assert sealed is not None
    assert sealed.entries == 3
    material.reader()
    assert verify_consents().entries == 14
    assert verify_consents().broken is None
