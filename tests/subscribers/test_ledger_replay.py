"""The ledger of consent alone tells how every subscription stands, whatever people do (P01)."""

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import invariant, run_state_machine_as_test
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from newsletter.core import signer
from newsletter.deliveries.models import Delivery, MailKind
from newsletter.extensions import db
from newsletter.mailings.dossier import everything_about
from newsletter.subscribers import choices as chosen
from newsletter.subscribers.models import (
    Consent,
    ConsentAct,
    ConsentWording,
    Subscriber,
    Subscription,
    SubscriptionStatus,
)
from newsletter.subscribers.signup import SET_ASIDE
from newsletter.subscribers.verify_consents import verify_consents
from tests.subscribers.lives import PEOPLE, Lives


def _replay(entries: list[Consent]) -> str:
    """The status that the acts lead to, and nothing else is needed for it."""
    status = "none"
    for entry in entries:
        kept = entry.choices["editions"] or entry.choices["cadence"] != "none"
        match entry.act.value:
            case "asked" if entry.means == SET_ASIDE:
                # No mail went out for it: what stood stays, and something did stand.
                assert status in ("pending", "ended")
            case "asked":
                assert status in ("none", "pending", "ended")
                status = "pending"
            case "given":
                # Confirmed after asking, or given back by who left.
                undone = entry.means == "undo_beside_text"
                assert status != "none"
                assert undone or status == "pending"
                assert kept
                status = "active"
            case "changed":
                # An address may be moved, or given back, after its reader has left.
                moved = entry.means in ("address_change", "address_undo")
                assert status == "active" or moved
                assert kept or moved
            case "withdrawn":
                # Leaving one kind keeps the other; a question that expired ends as it was.
                status = "active" if status == "active" and kept else "ended"
    return status


def _names_what_was_shown(entry: Consent) -> None:
    """Whoever asks or gives does it beside a text in her language, and no other page has one."""
    gives = entry.act in (ConsentAct.ASKED, ConsentAct.GIVEN)
    if not gives or entry.source_page == "/mijn-link":
        assert entry.wording_id is None
        return
    wording = db.session.get(ConsentWording, entry.wording_id)
    assert wording is not None
    assert wording.language == entry.choices["language"]


class Ledgers(Lives):
    """The same lives, with what must hold after each step."""

    @invariant()
    def the_ledger_tells_how_everybody_stands(self) -> None:
        db.session.flush()
        for subscription in db.session.scalars(select(Subscription)):
            entries = list(db.session.scalars(
                select(Consent).where(Consent.subscriber_id == subscription.subscriber_id)
                .order_by(Consent.id)
            ))
            assert _replay(entries) == subscription.status.value
            newest = [entry for entry in entries if entry.means != SET_ASIDE][-1]
            assert newest.choices == chosen.record_of(subscription)
            for entry in entries:
                _names_what_was_shown(entry)

    @invariant()
    def one_mailbox_is_never_flooded(self) -> None:
        moments = sorted(db.session.scalars(
            select(Delivery.created_at)
            .where(Delivery.kind.not_in([MailKind.WELCOME, MailKind.ADDRESS_CHANGED]))
            .join(Subscriber, Subscriber.id == Delivery.subscriber_id)
            .where(Subscriber.mailbox == "noor@gemeente.example",
                   Delivery.kind != MailKind.CONFIRM_ADDRESS)
        ))
        for first, fourth in zip(moments, moments[3:], strict=False):
            assert fourth - first >= timedelta(days=1)

    @invariant()
    def an_erased_address_is_nowhere(self) -> None:
        held = set(db.session.scalars(select(Subscriber.address)))
        for subscriber_id, address in self.erased.items():
            person = db.session.get(Subscriber, subscriber_id)
            assert person is not None
            if person.address is None:
                assert (person.identity, person.mailbox, person.name, person.former_hash) == (
                    None, None, None, None)
            if address not in held:
                assert tables_that_hold(address) <= self._held_elsewhere(address)

    def _held_elsewhere(self, address: str) -> set[str]:
        """Where somebody else's words may still name it: she asked to move there, or the mailbox
        without her plus-tag is spelled so."""
        names = {
            "address_changes": "select 1 from address_changes "
                               "where lower(:a) in (lower(old_address), lower(new_address), "
                               "new_mailbox)",
            "subscribers": "select 1 from subscribers where mailbox = lower(:a)",
        }
        return {
            table for table, query in names.items()
            if db.session.scalar(text(query + " limit 1"), {"a": address})
        }

    def teardown(self) -> None:
        try:
            assert verify_consents().broken is None
            for subscriber_id in db.session.scalars(select(Subscriber.id)):
                the_export_equals_the_database(subscriber_id)
        finally:
            super().teardown()


def tables_that_hold(words: str) -> set[str]:
    """The tables in which any row, as text, holds these words in any case."""
    return {
        table.name for table in db.metadata.sorted_tables
        if db.session.scalar(text(
            f'select exists (select 1 from "{table.name}" t where strpos(lower(t::text), :w) > 0)'
        ), {"w": words.lower()})
    }


def the_export_equals_the_database(subscriber_id: int) -> None:
    """What a reader may take along is what the tables hold, neither more nor less."""
    person = db.session.get(Subscriber, subscriber_id)
    subscription = db.session.get(Subscription, subscriber_id)
    assert person is not None
    assert subscription is not None
    hashes = signer().address_hashes(person.address) if person.address else ()
    found: dict[str, list[dict[str, Any]]] = everything_about(
        subscriber_id, address_hashes=hashes
    )
    json.dumps(found)
    assert found["subscriber"][0]["address"] == person.address
    assert found["subscriber"][0]["name"] == person.name
    stands = found["subscription"][0]
    assert stands["status"] == subscription.status.value
    assert stands["cadence"] == subscription.cadence.value
    assert {row["slug"] for row in found["themes"]} == set(
        chosen.record_of(subscription)["themes"]
    )
    for name, table in (("consents", Consent), ("deliveries", Delivery)):
        ids = select(table.id).where(table.subscriber_id == subscriber_id).order_by(table.id)
        assert [row["id"] for row in found[name]] == list(db.session.scalars(ids)), name
    for row in found["consents"]:
        entry = db.session.get(Consent, row["id"])
        assert entry is not None
        assert (row["act"], row["choices"]) == (entry.act.value, entry.choices)
        assert bool(row["wording"]) is (entry.wording_id is not None)


def _live(examples: int, steps: int) -> None:
    run_state_machine_as_test(Ledgers, settings=settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, database=None,
        suppress_health_check=list(HealthCheck),
    ))


def test_whatever_people_do_the_ledger_tells_how_they_stand(session: Session) -> None:
    _live(examples=30, steps=25)


@pytest.mark.long
def test_whatever_people_do_for_long_the_ledger_tells_how_they_stand(session: Session) -> None:
    _live(examples=200, steps=50)


def test_nobody_is_active_whom_no_entry_made_so(session: Session) -> None:
    query = select(func.count()).where(Subscription.status == SubscriptionStatus.ACTIVE)
    assert session.scalar(query) == 0
    assert not any(tables_that_hold(address) for address in PEOPLE)
