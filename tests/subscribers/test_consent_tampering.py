"""Whatever the owner of the tables does to the ledger of consent behind its back is named."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from newsletter.extensions import db
from newsletter.subscribers.consent_models import ConsentSeal
from newsletter.subscribers.models import ConsentWording
from newsletter.subscribers.seal_consents import seal_consents
from newsletter.subscribers.verify_consents import Broken, Fault, verify_chain_of, verify_consents
from tests import material
from tests.subscribers.conftest import change

HOUR = timedelta(hours=1)

TAMPERED = {
    "an act that was changed": (
        "update consents set act = 'given' where subscriber_id = {second} and sequence = 3",
        Fault.CHANGED_ENTRY, 3),
    "a page that was changed": (
        ("update consents set source_page = '/elders' where subscriber_id = {second}"
        " and sequence = 2"), Fault.CHANGED_ENTRY, 2),
    "a moment that was moved by a microsecond": (
        ("update consents set at = at + interval '1 microsecond' where subscriber_id = {second}"
        " and sequence = 1"), Fault.CHANGED_ENTRY, 1),
    "a choice that was added": (
        ("update consents set choices = choices || '{{\"more\": 1}}' where"
        " subscriber_id = {second} and sequence = 4"), Fault.CHANGED_ENTRY, 4),
    "an address hash that was taken out": (
        ("update consents set address_hash = null where subscriber_id = {second}"
        " and sequence = 2"), Fault.CHANGED_ENTRY, 2),
    "another wording": (
        "update consents set wording_id = null where subscriber_id = {second} and sequence = 2",
        Fault.CHANGED_ENTRY, 2),
    "a hash that was changed": (
        ("update consents set hash = repeat('0', 64) where subscriber_id = {second}"
        " and sequence = 2"), Fault.CHANGED_ENTRY, 2),
    "a link that was changed": (
        ("update consents set previous_hash = repeat('0', 64) where subscriber_id = {second}"
        " and sequence = 2"), Fault.BROKEN_LINK, 2),
    "an entry that was changed and hashed anew": (
        ("update consents set means = 'elsewhere' where subscriber_id = {second}"
        " and sequence = 2; update consents set hash = chain_hash(previous_hash,"
        " consent_payload(consents)) where subscriber_id = {second} and sequence = 2"),
        Fault.BROKEN_LINK, 3),
    "an entry in the middle that is gone": (
        "delete from consents where subscriber_id = {second} and sequence = 2",
        Fault.MISSING_ENTRY, 2),
    "a first entry that is gone": (
        "delete from consents where subscriber_id = {second} and sequence = 1",
        Fault.MISSING_ENTRY, 1),
    "a last entry that is gone": (
        "delete from consents where subscriber_id = {second} and sequence = 4",
        Fault.MISSING_TAIL, 4),
    "a whole chain that is gone": (
        "delete from consents where subscriber_id = {second}", Fault.MISSING_TAIL, 4),
    "two entries that changed places": (
        ("update consents set sequence = 9 where subscriber_id = {second} and sequence = 2;"
        " update consents set sequence = 2 where subscriber_id = {second} and sequence = 3;"
        " update consents set sequence = 3 where subscriber_id = {second} and sequence = 9"),
        Fault.BROKEN_LINK, 2),
    "an entry that was given to another": (
        ("update consents set subscriber_id = {first}, sequence = 5 where"
        " subscriber_id = {second} and sequence = 4"), Fault.BROKEN_LINK, 5),
    "a forged entry": (
        ("insert into consents (subscriber_id, at, act, means, source_page, choices, sequence,"
        " previous_hash, hash) select {second}, now(), 'given', 'form', '/', '{{}}', 5, hash,"
        " repeat('a', 64) from consents where subscriber_id = {second} and sequence = 4"),
        Fault.CHANGED_ENTRY, 5),
    "a forged entry that follows nothing": (
        ("insert into consents (subscriber_id, at, act, means, source_page, choices, sequence,"
        " previous_hash, hash) values ({second}, now(), 'given', 'form', '/', '{{}}', 5,"
        " repeat('b', 64), repeat('a', 64))"), Fault.BROKEN_LINK, 5),
    "a tail that was replaced by one that links": (
        ("update consents set act = 'given' where subscriber_id = {second} and sequence = 4;"
        " update consents set hash = chain_hash(previous_hash, consent_payload(consents))"
        " where subscriber_id = {second} and sequence = 4"), Fault.REPLACED_ENTRY, 4),
}


@pytest.mark.parametrize(("statements", "fault", "sequence"), TAMPERED.values(),
                         ids=TAMPERED.keys())
def test_what_the_owner_of_the_tables_does_to_an_entry_is_named(
    two: tuple[int, int], owner: Callable[..., None], statements: str, fault: Fault, sequence: int
) -> None:
    first, second = two
    owner(*statements.format(first=first, second=second).split(";"))
    broken = verify_consents().broken
    assert broken is not None
    assert (broken.fault, broken.sequence) == (fault, sequence)
    assert broken.subscriber_id == (first if "{first}" in statements else second)
    assert str(sequence) in broken.sentence
    whose = first if "{first}" in statements else second
    assert verify_chain_of(whose) == broken


SEALS_TAMPERED = {
    "its moment": ("update consent_seals set at = at + interval '1 hour' where id = {seal}",
                   Fault.CHANGED_SEAL),
    "its number": ("update consent_seals set entries = entries + 1 where id = {seal}",
                   Fault.CHANGED_SEAL),
    "its hash": ("update consent_seals set hash = repeat('0', 64) where id = {seal}",
                 Fault.CHANGED_SEAL),
    "a head taken out": (("delete from consent_seal_heads where seal_id = {seal}"
                         " and subscriber_id = {first}"), Fault.CHANGED_SEAL),
    "a head set back": (("update consent_seal_heads set sequence = 1, hash = (select hash from"
                        " consents where subscriber_id = {first} and sequence = 1)"
                        " where seal_id = {seal} and subscriber_id = {first}"), Fault.CHANGED_SEAL),
    "a seal taken out": (("delete from consent_seal_heads where seal_id = {seal};"
                         " delete from consent_seals where id = {seal}"), Fault.MISSING_SEAL),
}


@pytest.mark.parametrize(("statements", "fault"), SEALS_TAMPERED.values(),
                         ids=SEALS_TAMPERED.keys())
def test_what_the_owner_of_the_tables_does_to_a_seal_is_named(
    two: tuple[int, int], owner: Callable[..., None], statements: str, fault: Fault
) -> None:
    change(two[1])
    later = seal_consents(now=material.NOW + HOUR)
    assert later is not None
    db.session.commit()
    assert verify_consents().broken is None
    seal_id = db.session.scalars(sa.select(sa.func.min(ConsentSeal.id))).one()
    owner(*statements.format(seal=seal_id, first=two[0]).split(";"))
    named = later.id if fault is Fault.MISSING_SEAL else seal_id
    assert verify_consents().broken == Broken(fault, seal_id=named)


def test_a_wording_whose_text_was_changed_is_named(
    two: tuple[int, int], owner: Callable[..., None]
) -> None:
    wording_id = db.session.scalars(sa.select(sa.func.min(ConsentWording.id))).one()
    owner(f"update consent_wordings set text = text || '!' where id = {wording_id}")
    assert verify_consents().broken == Broken(Fault.CHANGED_WORDING, wording_id=wording_id)
