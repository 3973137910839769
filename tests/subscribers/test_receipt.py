"""A consent receipt proves what it says without us, and no byte of it can be changed."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from newsletter.core import signer
from newsletter.errors import NotFound
from newsletter.extensions import db
from newsletter.signatures import SigningKey
from newsletter.subscribers.check_receipt import Checked, check_receipt
from newsletter.subscribers.consent_models import ConsentSalt
from newsletter.subscribers.models import ConsentAct, Language, Subscription
from newsletter.subscribers.receipt import canonical, receipt_keys, receipt_of, receipt_text
from newsletter.subscribers.record_consent import Proof, record_consent
from newsletter.subscribers.wordings import current_wording
from newsletter.tokens import Signer
from tests import material

URL = "https://nieuws.example"
FORGER = SigningKey.of(bytes(32))
Receipt = dict[str, Any]


@pytest.fixture
def reader(session: Session) -> Subscription:
    """A reader with three entries."""
    subscription = material.reader("data", "dienstverlening")
    record_consent(subscription, ConsentAct.CHANGED, now=material.NOW,
                   proof=Proof("preference_page", "/voorkeuren"))
    return subscription


@pytest.fixture
def receipt(reader: Subscription) -> Receipt:
    """Her receipt."""
    return made(reader.subscriber_id)


def made(subscriber_id: int) -> Receipt:
    return receipt_of(subscriber_id, signer=signer(), public_url=URL, now=material.NOW)


def check(receipt: Receipt, *keys: str) -> Checked:
    return check_receipt(receipt_text(receipt).encode(), keys=keys)


def signed_again(receipt: Receipt) -> Receipt:
    """As a forger does it, who makes the rest fit: hashes, links and a signature of his own."""
    before = ""
    for entry in receipt["entries"]:
        entry["previous_hash"] = before
        made_of = f"{before}\n{entry['payload']}".encode()
        before = entry["hash"] = hashlib.sha256(made_of).hexdigest()
    body = {name: part for name, part in receipt.items() if name != "signature"}
    body["signed_with"] = {"algorithm": "Ed25519", "public_key": FORGER.public}
    return {**body, "signature": FORGER.sign(canonical(body))}


def test_a_receipt_proves_chain_texts_address_and_signature(receipt: Receipt) -> None:
    key = receipt_keys(signer())[-1].public
    checked = check(receipt, key)
    assert checked.fault is None
    chain, texts, address, signature, *entries = checked.proved
    assert "3 entries" in chain
    assert "1 in all" in texts
    assert f"about {receipt['address']}: 3 of 3" in address
    assert URL in signature
    assert [line.split(": ")[1].split(",")[0] for line in entries] == ["asked", "given", "changed"]
    wording = current_wording(Language.NL)
    assert receipt["wordings"] == {wording.sha256: wording.text}


def test_without_a_known_key_the_receipt_says_what_was_not_checked(receipt: Receipt) -> None:
    checked = check(receipt)
    assert checked.fault is None
    assert "was not checked" in checked.proved[3]


def test_no_byte_of_a_receipt_can_be_changed(receipt: Receipt) -> None:
    raw = receipt_text(receipt).encode()
    assert check_receipt(raw).fault is None
    taken = [
        (place, put)
        for place in range(len(raw))
        for put in {raw[place] ^ 1, raw[place] ^ 0x20, 0x20, 0x0A} - {raw[place]}
        if check_receipt(raw[:place] + bytes([put]) + raw[place + 1 :]).fault is None
    ]
    assert taken == []
    for other in (raw[:-1], raw + b"\n", b"\xef\xbb\xbf" + raw, raw.replace(b"\n", b"\r\n")):
        assert check_receipt(other).fault is not None


def _at(number: int, **changed: Any) -> Callable[[Receipt], None]:
    def change(receipt: Receipt) -> None:
        entry = receipt["entries"][number - 1]
        entry["payload"] = json.dumps({**json.loads(entry["payload"]), **changed})

    return change


FORGED: dict[str, tuple[Callable[[Receipt], Any], str]] = {
    "an entry that was left out": (lambda r: r["entries"].pop(1), "Entry 2 is missing"),
    "an entry that was doubled": (lambda r: r["entries"].append(dict(r["entries"][-1])), "Entry 4"),
    "an entry of somebody else": (_at(2, subscriber_id=999_999), "another subscriber"),
    "an entry that lacks its act": (_at(3, act=None), "Entry 3 cannot be read"),
    "another address": (lambda r: r.update(address="ander@gemeente.example"), "No entry is about"),
    "another salt": (lambda r: r.update(salt="00" * 32), "No entry is about"),
    "a salt that is none": (lambda r: r.update(salt="zz"), "not in hex"),
    "another text": (lambda r: r["wordings"].update(dict.fromkeys(r["wordings"], "Ja.")),
                     "is not the one that was shown"),
    "no text": (lambda r: r.update(wordings={}), "is missing"),
    "no entries": (lambda r: r.update(entries=[]), "holds no entry"),
    "a later version": (lambda r: r["format"].update(version=2), "does not know"),
    "a part too many": (lambda r: r.update(more=1), "parts are missing"),
}


@pytest.mark.parametrize(("forge", "told"), FORGED.values(), ids=FORGED.keys())
def test_a_forger_who_signs_again_is_told_by_what_does_not_fit(
    receipt: Receipt, forge: Callable[[Receipt], Any], told: str
) -> None:
    forge(receipt)
    fault = check(signed_again(receipt)).fault
    assert fault is not None
    assert told in fault


def test_a_receipt_that_fits_but_for_its_key_is_refused_by_the_key(receipt: Receipt) -> None:
    _at(1, act="given")(receipt)
    forged = signed_again(receipt)
    assert check(forged).fault is None
    assert "not one that you gave" in str(check(forged, receipt_keys(signer())[-1].public).fault)


@pytest.mark.parametrize("raw", [
    b"", b"{}", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"a": NaN}', b'"\\ud800"',
    b"9" * 5_000, b" " * 5_000_001,
])
def test_what_is_no_receipt_is_refused_in_words(raw: bytes) -> None:
    assert check_receipt(raw).fault is not None


def test_a_changed_key_keeps_the_receipts_of_the_earlier_one(receipt: Receipt) -> None:
    later = Signer("another key of at least thirty-two characters", [
        "a key for tests, which opens nothing elsewhere"])
    earlier, present = receipt_keys(later)
    assert earlier.public == receipt_keys(signer())[-1].public != present.public
    assert check(receipt, present.public, earlier.public).fault is None
    assert check(receipt, present.public).fault is not None


def test_a_receipt_without_salt_or_address_says_what_ties_it(reader: Subscription) -> None:
    db.session.execute(delete(ConsentSalt))
    assert "Only the signature" in check(made(reader.subscriber_id)).proved[2]
    person = reader.subscriber
    person.address = person.identity = person.mailbox = None
    db.session.flush()
    receipt = made(reader.subscriber_id)
    assert (receipt["address"], receipt["salt"]) == (None, None)
    assert "nothing ties" in check(receipt).proved[2]


def test_a_kept_salt_of_an_erased_reader_stands_in_no_receipt(reader: Subscription) -> None:
    person = reader.subscriber
    person.address = person.identity = person.mailbox = None
    db.session.flush()
    assert db.session.get(ConsentSalt, reader.subscriber_id)
    assert made(reader.subscriber_id)["salt"] is None


def test_nobody_has_no_receipt(session: Session) -> None:
    with pytest.raises(NotFound):
        made(999_999)
