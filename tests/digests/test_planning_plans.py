"""How planning asks the database: wishes and variants are put in order, never their readers."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import get_ident
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, event, text, update

from newsletter.articles.models import Article
from newsletter.core import settings
from newsletter.digests.models import DigestSlot
from newsletter.extensions import db
from newsletter.mailings.start import RECIPIENTS
from newsletter.sending.carry_out import carry_out_edition, carry_out_slot
from newsletter.transaction import transaction
from tests import material
from tests.material import NOW


@pytest.fixture(autouse=True)
def _no_other_slots(committed: Flask) -> None:
    """The seeds' own slots and articles out of the way, and some readers of two themes."""
    with transaction():
        db.session.execute(delete(DigestSlot))
        db.session.execute(update(Article).values(released_at=None))
        for theme in ("data", "leiderschap") * 3:
            material.reader(theme)


@contextmanager
def _asked(*, plans: bool = False) -> Iterator[list[tuple[str, Any]]]:
    """Every statement inside, in order, with its plan as it would be if it is an insert."""
    found: list[tuple[str, Any]] = []

    def note(connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith("explain"):
            return
        plan = None
        if plans and "insert into deliveries" in statement:
            (row,) = connection.exec_driver_sql(f"explain (format json) {statement}",
                                                parameters).all()
            plan = (row[0] if isinstance(row[0], list) else json.loads(row[0]))[0]["Plan"]
        found.append((" ".join(statement.split()), plan))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)


def _slot() -> None:
    with transaction():
        material.article("data")
        material.article("leiderschap")
        slot_id = material.slot(at=NOW).id
    carry_out_slot(slot_id, settings=settings(), now=NOW)


def _edition() -> None:
    with transaction():
        edition_id = material.edition([material.article("data")]).id
    carry_out_edition(edition_id, settings=settings(), now=NOW)


@pytest.mark.parametrize("plan", [_slot, _edition])
def test_variants_are_put_in_order_before_their_readers_are_unfolded(plan: Any) -> None:
    with _asked(plans=True) as asked:
        plan()
    (inserted,) = [found for _statement, found in asked if found]
    (insert,) = (node for node in _nodes(inserted) if node["Node Type"] == "ModifyTable")
    nodes = [node["Node Type"] for node in _nodes(insert)]
    assert nodes.index("ProjectSet") < nodes.index("Sort")


@pytest.mark.parametrize("plan", [_slot, _edition])
def test_ids_follow_variants(plan: Any) -> None:
    plan()
    rows = db.session.execute(text(
        "select variant_id from deliveries where mailing_id is not null order by id")).scalars()
    found = list(rows)
    assert len(found) == 6
    assert found == sorted(found)


def test_wishes_are_kept_once_for_all_who_share_them() -> None:
    kept: list[tuple[int, int]] = []

    def look(_conn: Any, cursor: Any, statement: str, *_: Any) -> None:
        if "create temporary table wishing" in statement:
            kept.append(cursor.connection.execute(
                "select count(*), sum(cardinality(subscriber_ids)) from wishing").fetchone())

    event.listen(db.engine, "after_cursor_execute", look)
    try:
        _slot()
    finally:
        event.remove(db.engine, "after_cursor_execute", look)
    assert kept == [(2, 6)]


def test_deliveries_are_taken_in_while_their_mails_are_compiled_aside() -> None:
    threads: set[int] = set()

    def note(*_: Any) -> None:
        threads.add(get_ident())

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        with _asked() as asked:
            _slot()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    words = [statement.lower() for statement, _plan in asked]
    planned = next(n for n, each in enumerate(words) if "insert into deliveries" in each)
    frozen = next(n for n, each in enumerate(words) if each.startswith("insert into variants"))
    assert planned < frozen
    assert threads == {get_ident()}  # the thread aside asks nothing


def test_each_delivery_has_a_variant_of_the_mailing_s_manifest() -> None:
    _slot()
    assert db.session.execute(text("""
        select count(*) from deliveries d
          join mailings m on m.id = d.mailing_id
          join variants v on v.id = d.variant_id and v.manifest_id = m.manifest_id
    """)).scalar_one() == 6


@pytest.mark.parametrize("plan", [_slot, _edition])
def test_recipients_are_told_by_the_insert_and_not_read_again(plan: Any) -> None:
    with _asked() as asked:
        plan()
    words = [statement for statement, _plan in asked]
    planned = next(n for n, each in enumerate(words) if "insert into deliveries" in each)
    looked = [each for each in words[planned + 1:]
              if "deliveries" in each and not each.startswith("update owed_notices")]
    assert looked == []
    mailing = db.session.execute(text(
        "select id, recipients, recipients_hash from mailings")).one()
    assert db.session.execute(RECIPIENTS, {"mailing_id": mailing.id}).one() == tuple(mailing[1:])
    assert mailing.recipients == 6


def _marked(many: int) -> None:
    with transaction():
        db.session.execute(text(
            "update subscriptions set is_reckoned_anew = subscriber_id in "
            "(select subscriber_id from subscriptions order by 1 limit :many)"), {"many": many})


@pytest.mark.parametrize(("marked", "halves"), [
    (0, ["by window"]), (1, ["by window", "few anew"]), (3, ["by window", "anew"]),
    (18, ["anew"]),
])
def test_themes_are_read_once_for_most_and_looked_up_for_few(
    marked: int, halves: list[str]
) -> None:
    with transaction():
        for theme in ("data", "leiderschap") * 6:
            material.reader(theme)
    carry_out_slot(_made(NOW), settings=settings(), now=NOW)
    _marked(marked)
    later = NOW + timedelta(days=7)
    with transaction():
        material.article("data", released_at=later)
        material.article("leiderschap", released_at=NOW - timedelta(days=1))
    with _asked() as asked:
        carry_out_slot(_made(later), settings=settings(), now=later)
    (read,) = [each for each, _plan in asked if "temporary table wishing" in each]
    found = ["by window" if "is_anew = false" in half
             else "few anew" if "where is_anew)" in half else "anew"
             for half in read.split(" union all ")]
    assert found == halves


def _made(at: datetime) -> int:
    with transaction():
        return material.slot(at=at).id
