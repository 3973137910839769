"""The ledger of consent is a chain that the database makes, sealed without holding anybody up."""

import threading
from datetime import timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.orm import Session

from newsletter.extensions import db
from newsletter.logs import clean
from newsletter.subscribers import seal_consents as sealing
from newsletter.subscribers.consent_models import ConsentSeal, ConsentSealHead
from newsletter.subscribers.models import Consent
from newsletter.subscribers.seal_consents import seal_consents
from newsletter.subscribers.verify_consents import verify_consents
from tests import material
from tests.subscribers.conftest import change

HOUR = timedelta(hours=1)


def chain_of(subscriber_id: int) -> list[Consent]:
    return list(db.session.scalars(
        sa.select(Consent).where(Consent.subscriber_id == subscriber_id)
        .order_by(Consent.sequence)
    ))


def test_an_entry_continues_the_one_before_it_and_an_honest_ledger_is_whole(
    two: tuple[int, int],
) -> None:
    for subscriber_id in two:
        entries = chain_of(subscriber_id)
        assert [entry.sequence for entry in entries] == [1, 2, 3, 4]
        assert [entry.previous_hash for entry in entries] == ["", *(e.hash for e in entries[:-1])]
        assert len({entry.address_hash for entry in entries} - {None}) == 1
    verdict = verify_consents()
    assert (verdict.entries, verdict.subscribers, verdict.seals) == (8, 2, 1)
    assert verdict.broken is None


def test_two_readers_with_one_history_share_no_hash(two: tuple[int, int]) -> None:
    first, second = map(chain_of, two)
    assert not {entry.hash for entry in first} & {entry.hash for entry in second}
    assert first[0].address_hash != second[0].address_hash


def test_no_client_can_say_a_place_or_a_hash_of_its_own(two: tuple[int, int]) -> None:
    db.session.execute(sa.text(
        "insert into consents (subscriber_id, at, act, means, source_page, choices, sequence,"
        " previous_hash, hash) select :id, now(), 'given', 'form', '/', '{}', n, 'x', 'y'"
        " from generate_series(99, 101) n"
    ), {"id": two[0]})
    db.session.commit()
    assert [entry.sequence for entry in chain_of(two[0])] == [1, 2, 3, 4, 5, 6, 7]
    assert verify_consents().broken is None


def test_an_entry_in_the_words_of_the_version_before_is_chained(two: tuple[int, int]) -> None:
    db.session.execute(sa.text(
        "insert into consents (subscriber_id, at, act, means, source_page, wording_id, choices)"
        " select :id, now(), 'changed', 'form', '/', min(id), '{}' from consent_wordings"
    ), {"id": two[1]})
    db.session.commit()
    last = chain_of(two[1])[-1]
    assert (last.sequence, last.address_hash) == (5, None)
    assert verify_consents().broken is None


def test_a_seal_lists_only_what_grew_since_and_a_repeat_makes_none(two: tuple[int, int]) -> None:
    assert seal_consents(now=material.NOW + HOUR) is None
    change(two[1])
    db.session.commit()
    later = seal_consents(now=material.NOW + 2 * HOUR)
    assert later is not None
    db.session.commit()
    assert later.entries == 1
    heads = db.session.scalars(
        sa.select(ConsentSealHead).where(ConsentSealHead.seal_id == later.id)
    ).all()
    assert [(head.subscriber_id, head.sequence) for head in heads] == [(two[1], 5)]
    assert later.previous_hash == db.session.scalars(
        sa.select(ConsentSeal.hash).where(ConsentSeal.id < later.id)
    ).one()
    assert verify_consents().broken is None


def test_a_seal_covers_a_bounded_number_of_chains_and_the_next_takes_the_rest(
    two: tuple[int, int],
) -> None:
    for subscriber_id in two:
        change(subscriber_id)
    made = [seal_consents(now=material.NOW + HOUR, at_most=1) for _ in range(3)]
    assert [seal and seal.entries for seal in made] == [1, 1, None]
    assert verify_consents().broken is None


def test_an_entry_that_commits_after_a_seal_with_a_lower_id_is_in_the_next(
    two: tuple[int, int],
) -> None:
    with Session(db.engine) as late:
        late.execute(sa.text(
            "insert into consents (subscriber_id, at, act, means, source_page, choices)"
            " values (:id, now(), 'changed', 'form', '/', '{}')"), {"id": two[0]})
        change(two[1])
        db.session.commit()
        sealed = seal_consents(now=material.NOW + HOUR)
        assert sealed is not None
        assert sealed.entries == 1
        db.session.commit()
        late.commit()
    following = seal_consents(now=material.NOW + 2 * HOUR)
    assert following is not None
    assert following.entries == 1
    db.session.commit()
    assert verify_consents().broken is None


def test_sign_ups_and_a_seal_do_not_wait_for_each_other(two: tuple[int, int]) -> None:
    change(two[0])
    db.session.commit()
    assert seal_consents(now=material.NOW + HOUR)  # and stays open
    with Session(db.engine) as other, Session(db.engine) as third:
        for session, subscriber_id in ((other, two[0]), (third, two[1])):
            session.execute(sa.text("set local lock_timeout = '500ms'"))
            session.execute(sa.text(
                "insert into consents (subscriber_id, at, act, means, source_page, choices)"
                " values (:id, now(), 'changed', 'form', '/', '{}')"), {"id": subscriber_id})
            session.execute(sa.text("update subscribers set identity = identity || 'x'"
                                    " where id = :id"), {"id": subscriber_id})
        # A second seal at the same moment leaves it to the first.
        db.session.commit()
        assert seal_consents(now=material.NOW + 2 * HOUR) is None
        other.commit()
        third.commit()
    assert verify_consents().broken is None


def test_what_refers_to_a_reader_does_not_wait_for_an_entry_of_hers(two: tuple[int, int]) -> None:
    change(two[0])  # and stays open
    with Session(db.engine) as other:
        other.execute(sa.text("set local lock_timeout = '500ms'"))
        other.execute(sa.text("insert into address_changes (subscriber_id, asked_at)"
                              " values (:id, now())"), {"id": two[0]})
        other.commit()


def test_half_of_a_seals_hash_stands_in_the_log(
    two: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, dict[str, object]]] = []
    logger = SimpleNamespace(info=lambda event, **fields: told.append((event, fields)))
    monkeypatch.setattr(sealing, "log", logger)
    change(two[0])
    seal = seal_consents(now=material.NOW + HOUR)
    assert seal is not None
    (event, fields), = told
    assert (event, fields["seal"], fields["hash"]) == (
        "consents_sealed", seal.id, seal.hash[:32])
    assert clean(str(fields["hash"])) == fields["hash"]


def test_entries_of_one_reader_at_one_moment_stand_one_after_the_other(
    committed: Flask, two: tuple[int, int]
) -> None:
    engine, faults = db.engine, []

    def write() -> None:
        try:
            for _ in range(10):
                with Session(engine) as session:
                    session.execute(sa.text(
                        "insert into consents (subscriber_id, at, act, means, source_page,"
                        " choices) values (:id, now(), 'changed', 'form', '/', '{}')"),
                        {"id": two[0]})
                    session.commit()
        except DBAPIError as error:
            faults.append(error)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    db.session.rollback()
    assert [entry.sequence for entry in chain_of(two[0])] == list(range(1, 45))
    assert verify_consents().broken is None


@pytest.mark.parametrize("statement", [
    "update consents set hash = hash", "delete from consents", "truncate consents",
    "update consent_seal_heads set hash = hash", "delete from consent_seal_heads",
    "truncate consent_seal_heads", "update consent_seals set at = at", "delete from consent_seals",
    "alter table consents disable trigger chain", "drop trigger chain on consents",
    ("create or replace function chain_consent() returns trigger language plpgsql as"
    " 'begin return new; end'"),
])
def test_the_app_can_neither_change_nor_switch_off_the_chain(
    committed: Flask, statement: str
) -> None:
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
        db.session.execute(sa.text(statement))
