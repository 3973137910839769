"""A reader's first slot: all that is due to her comes, and no mark is made or taken away for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, event, select, text, update

from newsletter.articles.models import Article
from newsletter.core import settings
from newsletter.deliveries.models import Delivery
from newsletter.digests.models import DigestSlot
from newsletter.extensions import db
from newsletter.sending.carry_out import carry_out_slot
from newsletter.subscribers.models import Subscription
from newsletter.transaction import transaction
from tests import material
from tests.material import NOW

WEEK, SECOND = timedelta(days=7), timedelta(seconds=1)
_ROWS = text("select subscriber_id, xmin::text, ctid::text from subscriptions order by 1")


@pytest.fixture(autouse=True)
def _no_other_slots(committed: Flask) -> None:
    """The seeds' own slots and articles out of the way."""
    with transaction():
        db.session.execute(delete(DigestSlot))
        db.session.execute(update(Article).values(released_at=None))


def _carry_out(at: int = 0) -> None:
    with transaction():
        slot_id = material.slot(at=NOW + at * WEEK).id
    carry_out_slot(slot_id, settings=settings(), now=NOW + at * WEEK)


def _mails(who: int) -> int:
    query = select(Delivery.id).where(Delivery.subscriber_id == who,
                                      Delivery.mailing_id.is_not(None))
    return len(db.session.scalars(query).all())


@contextmanager
def _rows_updated() -> Iterator[list[int]]:
    """How many subscriptions each statement inside changed."""
    found: list[int] = []

    def note(_conn: Any, cursor: Any, statement: str, *_: Any) -> None:
        if "update subscriptions" in statement:
            found.append(cursor.rowcount)

    event.listen(db.engine, "after_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(db.engine, "after_cursor_execute", note)


def test_a_first_slot_writes_no_reader_s_row_anew() -> None:
    with transaction():
        readers = [material.reader("data").subscriber_id for _ in range(3)]
        material.article("data")
    before = db.session.execute(_ROWS).all()
    with _rows_updated() as changed:
        _carry_out()
    assert [_mails(each) for each in readers] == [1, 1, 1]
    assert set(changed) <= {0}
    assert db.session.execute(_ROWS).all() == before


def test_who_came_by_another_way_has_no_mark_either() -> None:
    made = db.session.execute(text(
        "select column_default from information_schema.columns"
        " where table_name = 'subscriptions' and column_name = 'is_reckoned_anew'")).scalar_one()
    assert made == "false"


def test_who_was_confirmed_while_the_slot_before_was_planned_misses_nothing() -> None:
    with transaction():
        material.reader("data")
        material.article("data", released_at=NOW - WEEK)
    _carry_out()
    with transaction():  # just before that cut-off, and committed after its planning
        late = material.reader("data", at=NOW - SECOND).subscriber_id
    _carry_out(1)
    assert _mails(late) == 1


def test_a_reader_of_long_ago_is_not_reckoned_anew_in_her_second_slot() -> None:
    with transaction():
        who = material.reader("data").subscriber_id
        material.article("data")
    _carry_out()
    with transaction():
        material.article("data", released_at=NOW + SECOND)
    looked: list[bool] = []

    def note(_conn: Any, cursor: Any, statement: str, *_: Any) -> None:
        if "create temporary table readers" in statement:
            asked = cursor.connection.cursor()
            looked.append(asked.execute("select bool_or(is_anew) from readers").fetchone()[0])

    event.listen(db.engine, "after_cursor_execute", note)
    try:
        _carry_out(1)
    finally:
        event.remove(db.engine, "after_cursor_execute", note)
    assert looked == [False]
    assert _mails(who) == 2


def test_a_mark_that_was_made_is_taken_away_once_it_served() -> None:
    with transaction():
        who = material.reader("data").subscriber_id
        material.article("data")
        db.session.execute(update(Subscription).values(is_reckoned_anew=True))
    with _rows_updated() as changed:
        _carry_out()
    assert changed == [1]
    with transaction():
        assert not db.session.get_one(Subscription, who).is_reckoned_anew
