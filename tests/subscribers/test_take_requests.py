"""Taking requests: each once, one that cannot be carried out fails alone, none stays for ever."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from newsletter.core import signer
from newsletter.deliveries.alarm import open_alarms
from newsletter.deliveries.models import Delivery, MailKind
from newsletter.errors import BadInput
from newsletter.extensions import db
from newsletter.subscribers.ask import ask_link, ask_signup
from newsletter.subscribers.choices import Choices
from newsletter.subscribers.details import Details
from newsletter.subscribers.models import (
    AddressRequest,
    Cadence,
    Consent,
    Language,
    RequestKind,
    Sector,
    Subscriber,
)
from newsletter.subscribers.take_requests import forget_requests, take_requests
from newsletter.subscribers.wordings import current_wording
from newsletter.transaction import transaction
from tests.material import NOW, choices, deliveries, dies_at, reader


def ask(address: str, *, details: Details | None = None, wording_id: int | None = None) -> None:
    ask_signup(address=address, choices=choices("data"), details=details or Details(),
               source_page="/p/vdp",
               wording_id=wording_id or current_wording(Language.NL).id, now=NOW)


def take(at_most: int = 20) -> int:
    return take_requests(signer=signer(), at_most=at_most, now=NOW)


def waiting() -> int:
    return db.session.scalar(select(func.count()).select_from(AddressRequest)) or 0


def test_a_request_becomes_a_sign_up_with_what_was_typed_and_shown(session: Session) -> None:
    english = current_wording(Language.EN)
    ask("noor@gemeente.example", wording_id=english.id,
        details=Details("Noor", "Gemeente Zeeburg", Sector.GEMEENTE))
    assert deliveries() == []
    assert take() == 1
    assert waiting() == 0
    person = session.scalars(select(Subscriber)).one()
    assert (person.name, person.organisation, person.sector) == (
        "Noor", "Gemeente Zeeburg", Sector.GEMEENTE)
    entry = session.scalars(select(Consent)).one()
    assert (entry.wording_id, entry.source_page, entry.at) == (english.id, "/p/vdp", NOW)
    assert [mail.kind for mail in deliveries()] == [MailKind.CONFIRM_SIGNUP]


def test_what_a_stranger_types_about_a_reader_changes_nothing_of_hers(session: Session) -> None:
    known = reader()
    ask(str(known.subscriber.address), details=Details("Iemand anders"))
    take()
    assert known.subscriber.name is None
    assert [mail.kind for mail in deliveries()] == [MailKind.ALREADY_SUBSCRIBED]


def test_a_link_is_mailed_to_a_reader_and_to_who_has_left_and_to_nobody_else(
    session: Session,
) -> None:
    known = reader()
    for address in (str(known.subscriber.address), "niemand@gemeente.example"):
        ask_link(address=address, source_page="/mijn-link", now=NOW)
    assert take() == 2
    assert [mail.kind for mail in deliveries()] == [MailKind.MANAGE_LINK]


@pytest.mark.parametrize(("chosen", "field"), [
    (Choices(receives_editions=False), "cadence"),
    (Choices(cadence=Cadence.WEEKLY), "themes"),
])
def test_choices_that_bring_nothing_are_refused_at_the_door(
    session: Session, chosen: Choices, field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        ask_signup(address="noor@gemeente.example", choices=chosen, details=Details(),
                   source_page="/", wording_id=1, now=NOW)
    assert refused.value.field == field


SAID_NOTHING = {"name": None, "organisation": None, "sector": None}


@pytest.mark.parametrize(("wish", "fault"), [
    ({"choices": Choices(cadence=Cadence.WEEKLY, theme_ids=frozenset({10**9})).as_json(),
      "details": SAID_NOTHING}, "BadInput"),
    ({"words": "of another version"}, "KeyError"),
    ({"choices": {**Choices().as_json(), "cadence": "yearly"}, "details": SAID_NOTHING},
     "ValueError"),
])
def test_one_that_cannot_be_carried_out_fails_alone_and_calls_a_person(
    session: Session, wish: dict[str, Any], fault: str
) -> None:
    session.execute(insert(AddressRequest).values(
        kind=RequestKind.SIGN_UP, address="stuk@gemeente.example", source_page="/", asked_at=NOW,
        wish=wish,
    ))
    ask("noor@gemeente.example")
    for _ in range(4):
        take()
    assert waiting() == 1
    assert [mail.kind for mail in deliveries()] == [MailKind.CONFIRM_SIGNUP]
    assert [(alarm.kind, alarm.details["fault"]) for alarm in open_alarms()] == [
        ("request_untakeable", fault)]
    assert forget_requests(now=NOW + timedelta(days=8)) == 1
    assert waiting() == 0


def test_two_workers_take_each_request_once(committed: Flask) -> None:
    with transaction():
        for number in range(40):
            ask(f"lezer{number}@gemeente.example")

    def work(_: int) -> int:
        with committed.app_context():
            total = 0
            while True:
                with transaction():
                    taken = take(at_most=3)
                total += taken
                if not taken:
                    db.session.remove()
                    return total

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) == 40
    kinds = db.session.scalars(select(Delivery.kind)).all()
    assert kinds == [MailKind.CONFIRM_SIGNUP] * 40


def test_workers_that_meet_the_same_mailboxes_never_wait_for_each_other(
    committed: Flask,
) -> None:
    names = ("anne", "bram", "chris", "dirk")
    with transaction():
        for number in range(160):
            # Each handful begins with another mailbox: together they would wait in a circle.
            ask(f"{names[(number + number // 4) % 4]}+{number}@gemeente.example")

    def work(_: int) -> int:
        with committed.app_context():
            total = 0
            while True:
                with transaction():  # a deadlock would raise here
                    taken = take(at_most=4)
                total += taken
                if not taken:
                    db.session.remove()
                    return total

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) == 160


def test_two_hundred_tries_on_one_mailbox_bring_three_mails_a_day_at_most(
    committed: Flask,
) -> None:
    known = reader()
    base, domain = str(known.subscriber.address).split("@")
    with transaction():
        for number in range(200):
            spelled = f"{base}+{number}@{domain}" if number % 3 else f"{base.upper()}@{domain}"
            moment = NOW + timedelta(minutes=7 * number)  # nearly a day
            if number % 2:
                ask_link(address=spelled, source_page="/", now=moment)
            else:
                ask_signup(address=spelled, choices=choices("data"), details=Details(),
                           source_page="/", wording_id=current_wording(Language.NL).id,
                           now=moment)
    while True:
        with transaction():
            if not take_requests(signer=signer(), at_most=50, now=NOW + timedelta(days=1)):
                break
    mails = db.session.scalar(select(func.count()).select_from(Delivery)) or 0
    assert 1 <= mails <= 3


def test_a_worker_that_dies_at_any_moment_leaves_the_request_or_all_that_came_of_it(
    committed: Flask,
) -> None:
    with transaction():
        ask("noor@gemeente.example")

    def work() -> None:
        with transaction():
            take()

    step = 0
    while dies_at(step, work):
        step += 1
        mails = db.session.scalar(select(func.count()).select_from(Delivery)) or 0
        assert waiting() + mails == 1
        db.session.rollback()
    assert step > 10
    assert waiting() == 0
    assert [mail.kind for mail in deliveries()] == [MailKind.CONFIRM_SIGNUP]
