"""A worker that is killed at any moment of an import loses nothing and doubles nothing."""

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from newsletter.accounts.add import add_account
from newsletter.accounts.models import RoleName
from newsletter.core import signer
from newsletter.extensions import db
from newsletter.subscribers.import_models import ImportStatus
from newsletter.subscribers.import_queries import (
    count_carried_out,
    get_import,
    imports_at_work,
    verdicts_of,
)
from newsletter.subscribers.load_import import carry_out_import, load_import
from newsletter.subscribers.models import Consent, ConsentWording, Subscriber
from newsletter.subscribers.work_import import work_import
from newsletter.transaction import transaction
from tests.material import NOW, dies_at

ROWS, CHUNK = 5, 2
PROOF = {"source": "Congres van mei", "given_on": "2026-05-20", "wording": "Ja, mail mij."}


@pytest.fixture
def import_id(committed: Flask) -> int:
    """A list that was judged, and whose number of rows was typed."""
    content = "mail\n" + "".join(f"n{number}@x.example\n" for number in range(ROWS))
    with transaction():
        account = add_account(email="noor@redactie.example", name="Noor", now=NOW,
                              password="een lang wachtwoord", roles=[RoleName.PUBLISHER])
        made, _read = load_import(content.encode(), proof=PROOF, account_id=account.id, now=NOW)
        found = made.id
    while _work(found):
        pass
    with transaction():
        carry_out_import(get_import(found, lock=True), account_id=account.id, now=NOW)
    return found


def _work(import_id: int) -> bool:
    with transaction():
        return work_import(import_id, at_most=CHUNK, signer=signer(), now=NOW)


def _count(table: type[Subscriber | Consent]) -> int:
    found = db.session.scalar(select(func.count()).select_from(table)) or 0
    db.session.rollback()
    return found


def test_killed_at_every_statement_in_turn_it_goes_on_where_it_was(
    committed: Flask, import_id: int
) -> None:
    step = chunks = 0
    while imports_at_work():
        db.session.rollback()
        if not dies_at(step, lambda: _work(import_id)):
            step, chunks = 0, chunks + 1
            continue
        step += 1
        assert _count(Subscriber) == _count(Consent) == min(chunks * CHUNK, ROWS)
    assert chunks == 4
    assert get_import(import_id).status is ImportStatus.DONE
    assert _count(Subscriber) == _count(Consent) == count_carried_out(import_id) == ROWS
    assert db.session.scalar(select(func.count()).where(ConsentWording.is_imported)) == 1


def test_two_workers_do_not_take_the_same_rows(committed: Flask, import_id: int) -> None:
    with db.engine.connect() as other:
        other.execute(text("select 1 from imports where id = :id for update"), {"id": import_id})
        assert _work(import_id) is False
    while _work(import_id):
        pass
    assert _count(Subscriber) == ROWS


def test_carrying_out_twice_adds_nobody(committed: Flask, import_id: int) -> None:
    while _work(import_id):
        pass
    before = verdicts_of(import_id)
    db.session.rollback()
    assert _work(import_id) is False
    assert verdicts_of(import_id) == before
    assert _count(Consent) == ROWS
