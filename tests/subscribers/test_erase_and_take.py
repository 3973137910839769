"""Erasing while a worker has a form of the same reader in hand: neither waits for ever (P06)."""

import time
from concurrent.futures import ThreadPoolExecutor

from flask import Flask
from sqlalchemy import func, select

from newsletter.core import signer
from newsletter.extensions import db
from newsletter.subscribers.ask import ask_link
from newsletter.subscribers.erase import erase
from newsletter.subscribers.models import AddressRequest, Subscriber
from newsletter.subscribers.open_personal import open_to_erase
from newsletter.subscribers.record_consent import Proof
from newsletter.subscribers.take_requests import take_requests
from newsletter.tokens import Purpose
from newsletter.transaction import transaction
from tests.material import NOW, reader


def test_an_erasure_waits_for_the_worker_that_has_a_form_of_hers_in_hand(committed: Flask) -> None:
    someone = reader()
    number, address = someone.subscriber_id, str(someone.subscriber.address)
    token = signer().make(Purpose.PERSONAL, number, issued_at=NOW)
    ask_link(address=address, source_page="/", now=NOW)
    db.session.commit()

    def forget() -> None:
        with committed.app_context(), transaction():
            erase(open_to_erase(token, signer=signer(), now=NOW), never_again=False,
                  keep_salt_months=0, proof=Proof("personal_page", "/mijn-gegevens"),
                  signer=signer(), now=NOW)

    with ThreadPoolExecutor() as others:
        with transaction():
            # A worker locks the form first, and asks for her subscription a moment later.
            db.session.scalars(select(AddressRequest).with_for_update()).all()
            forgetting = others.submit(forget)
            time.sleep(0.5)
            assert take_requests(signer=signer(), at_most=20, now=NOW) == 1
        forgetting.result()
    db.session.expire_all()
    assert db.session.get_one(Subscriber, number).address is None
    assert db.session.scalar(select(func.count()).select_from(AddressRequest)) == 0
