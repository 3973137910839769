"""Erasing while others write: what is erased stays erased, and a new wish is not lost (P06)."""

import time
from concurrent.futures import ThreadPoolExecutor

from flask import Flask

from newsletter.core import signer
from newsletter.extensions import db
from newsletter.subscribers.change_address import ask_change
from newsletter.subscribers.details import Details
from newsletter.subscribers.erase import erase
from newsletter.subscribers.models import AddressChange, Subscription, SubscriptionStatus
from newsletter.subscribers.queries import find_by_address, find_subscription
from newsletter.subscribers.record_consent import Proof
from newsletter.subscribers.signup import request_signup
from newsletter.transaction import transaction
from tests.material import NOW, choices, reader, text_shown


def _erase(subscription: Subscription) -> None:
    erase(subscription, never_again=False, keep_salt_months=0,
          proof=Proof("personal_page", "/mijn-gegevens"), signer=signer(), now=NOW)


def _sign_up(app: Flask, address: str) -> None:
    with app.app_context(), transaction():
        request_signup(
            address=address, choices=choices("data"), source_page="/aanmelden",
            wording_id=text_shown(), signer=signer(), now=NOW, details=Details("Noor"),
        )


def test_a_sign_up_that_meets_an_erasure_becomes_a_row_of_its_own(committed: Flask) -> None:
    someone = reader()
    number, address = someone.subscriber_id, str(someone.subscriber.address)
    db.session.commit()
    with ThreadPoolExecutor() as others:
        with transaction():
            held = find_subscription(number)
            assert held is not None
            waiting = others.submit(_sign_up, committed, address)
            time.sleep(0.5)  # the other transaction waits for the row that is held
            _erase(held)
        waiting.result()
    db.session.expire_all()
    erased = db.session.get_one(Subscription, number)
    assert (erased.status, erased.subscriber.name) == (SubscriptionStatus.ENDED, None)
    new = find_by_address(address)
    assert new is not None
    assert (new.subscriber_id != number, new.status) == (True, SubscriptionStatus.PENDING)


def test_an_erased_address_is_gone_from_the_wishes_of_other_readers_too(committed: Flask) -> None:
    someone, other = reader(), reader()
    ask_change(other, str(someone.subscriber.address), signer=signer(), now=NOW)
    _erase(someone)
    kept = db.session.query(AddressChange).one()
    db.session.refresh(kept)
    assert kept.new_address is None
    assert kept.new_mailbox is None or "@" not in kept.new_mailbox
