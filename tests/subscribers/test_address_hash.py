"""The ledger of consent knows an address only by a hash whose salt can be destroyed."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.addresses import salted_hash
from newsletter.extensions import db
from newsletter.subscribers.consent_models import ConsentSalt
from newsletter.subscribers.forget_salt import destroy_due_salts, forget_salt
from newsletter.subscribers.models import (
    Consent,
    ConsentAct,
    ConsentWording,
    Language,
    Subscription,
)
from newsletter.subscribers.prove_consent import prove_consent
from newsletter.subscribers.record_consent import Proof, record_consent
from newsletter.subscribers.wordings import current_wording
from tests import material
from tests.subscribers.conftest import change

NOW = material.NOW


def address_of(subscription: Subscription) -> str:
    address = subscription.subscriber.address
    assert address is not None
    return address


def proven(address: str) -> list[tuple[int, int]]:
    return [(proof.subscriber_id, proof.entries) for proof in prove_consent(address)]


def salts() -> list[datetime | None]:
    return list(db.session.scalars(select(ConsentSalt.destroy_at)))


def without_address(subscription: Subscription) -> None:
    person = subscription.subscriber
    person.address = person.identity = person.mailbox = None
    db.session.flush()


def test_the_hash_in_an_entry_is_that_of_the_address_in_any_spelling(session: Session) -> None:
    subscription = material.reader()
    entry = change(subscription.subscriber_id)
    salt = db.session.get_one(ConsentSalt, subscription.subscriber_id).salt
    assert len(salt) == 32
    assert entry.address_hash == salted_hash(address_of(subscription).upper(), salt=salt)
    assert proven(address_of(subscription).title()) == [(subscription.subscriber_id, 3)]


def test_every_reader_has_one_salt_of_her_own(session: Session) -> None:
    first, second = material.reader(), material.reader()
    found = [db.session.get_one(ConsentSalt, each.subscriber_id).salt for each in (first, second)]
    assert found[0] != found[1]
    assert salts() == [None, None]


def test_an_entry_made_when_the_address_is_gone_has_no_hash(session: Session) -> None:
    subscription = material.reader()
    without_address(subscription)
    assert change(subscription.subscriber_id).address_hash is None


def test_a_destroyed_salt_leaves_entries_that_nobody_can_tie_to_an_address(
    session: Session,
) -> None:
    subscription, other = material.reader(), material.reader()
    address, known = address_of(subscription), address_of(other)
    without_address(subscription)
    for _ in range(2):
        forget_salt(subscription.subscriber_id, keep_months=0, now=NOW)
    assert proven(address) == []
    assert proven(known) == [(other.subscriber_id, 2)]
    hashes = set(db.session.scalars(
        select(Consent.address_hash).where(Consent.subscriber_id == subscription.subscriber_id)
    ))
    left = list(db.session.scalars(select(ConsentSalt.salt)))
    assert None not in hashes
    assert not hashes & {salted_hash(address, salt=salt) for salt in left}


def test_a_kept_salt_proves_until_its_months_are_over(session: Session) -> None:
    subscription = material.reader()
    address = address_of(subscription)
    without_address(subscription)
    erased = datetime(2026, 8, 31, 23, 30, tzinfo=UTC)
    forget_salt(subscription.subscriber_id, keep_months=6, now=erased)
    due = datetime(2027, 2, 28, 23, 30, tzinfo=UTC)
    assert salts() == [due]
    # Repeated later it does not last longer.
    forget_salt(subscription.subscriber_id, keep_months=6, now=erased + timedelta(days=90))
    assert salts() == [due]
    assert destroy_due_salts(due - timedelta(seconds=1)) == 0
    assert proven(address) == [(subscription.subscriber_id, 2)]
    assert destroy_due_salts(due) == 1
    assert destroy_due_salts(due) == 0
    assert proven(address) == []


def test_a_salt_that_waits_to_be_destroyed_is_kept_when_there_is_an_address_again(
    session: Session,
) -> None:
    subscription = material.reader()
    forget_salt(subscription.subscriber_id, keep_months=1, now=NOW)
    before = db.session.scalars(select(ConsentSalt.salt)).one()
    change(subscription.subscriber_id)
    assert salts() == [None]
    assert db.session.scalars(select(ConsentSalt.salt)).one() == before


@pytest.mark.parametrize("shown", ["the newest", "an earlier one", "none"])
def test_an_entry_names_the_wording_that_was_really_shown(session: Session, shown: str) -> None:
    subscription = material.reader()
    earlier = current_wording(Language.NL)
    later = ConsentWording(version=earlier.version + 1, language=Language.NL, text="Ja.",
                           sha256="0" * 64, since=NOW)
    db.session.add(later)
    db.session.flush()
    wanted = {"the newest": later.id, "an earlier one": earlier.id, "none": None}[shown]
    entry = record_consent(subscription, ConsentAct.CHANGED, now=NOW,
                           proof=Proof("form", "/aanmelden", wanted))
    assert entry.wording_id == wanted
