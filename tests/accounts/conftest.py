"""A trail of acts in a database of its own, and its owner's hand."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import create_engine, text

from newsletter.accounts.audit import record
from newsletter.core import settings
from newsletter.extensions import db
from tests.material import NOW


@pytest.fixture
def trail(committed: Flask) -> None:
    """Four acts, each in a transaction of its own."""
    for number in range(1, 5):
        record("compose", f"edition:20-{number}", now=NOW, actor="system", number=number)
        db.session.commit()


@pytest.fixture
def owner(committed: Flask) -> Iterator[Callable[..., None]]:
    """Runs statements as the owner of the tables, with every trigger off."""
    engine = create_engine(settings().database_owner_url)

    def run(*statements: str) -> None:
        with engine.begin() as connection:
            connection.execute(text("alter table audit_entries disable trigger user"))
            for statement in statements:
                connection.execute(text(statement))
            connection.execute(text("alter table audit_entries enable trigger user"))

    yield run
    engine.dispose()
