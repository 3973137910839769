"""What she confirms is what she was shown, whoever asks what meanwhile with her address (P01)."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from newsletter.catalogue.queries import change_themes_alone
from newsletter.core import signer
from newsletter.deliveries.models import MailKind
from newsletter.errors import AskedOtherwise, TokenSuperseded
from newsletter.extensions import db
from newsletter.subscribers import choices as chosen
from newsletter.subscribers import details as said
from newsletter.subscribers.change import change_choices
from newsletter.subscribers.choices import Choices
from newsletter.subscribers.confirm import confirm, question_of
from newsletter.subscribers.details import Details
from newsletter.subscribers.leave import Leaving, leave
from newsletter.subscribers.models import (
    Cadence,
    Consent,
    ConsentWording,
    EndReason,
    Language,
    LeavingReason,
    MailFormat,
    Sector,
    Subscription,
    SubscriptionStatus,
)
from newsletter.subscribers.queries import find_by_address
from newsletter.subscribers.record_consent import Proof
from newsletter.subscribers.say_reason import say_reason
from newsletter.subscribers.send_link import request_manage_link
from newsletter.subscribers.signup import request_signup
from newsletter.transaction import transaction
from tests.digests.theme_hands import merge
from tests.material import (
    NOW,
    choices,
    confirm_token,
    deliveries,
    press,
    reader,
    text_shown,
)

ADDRESS = "anna@gemeente.example"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ANNA = Details("Anna", "Gemeente Zeeburg", Sector.GEMEENTE)
STRANGER = Details("X", "Y", Sector.ANDERS)


def ask(
    wish: Choices, details: Details, *, at: timedelta = timedelta(0), address: str = ADDRESS
) -> Subscription:
    request_signup(address=address, choices=wish, details=details, source_page="/aanmelden",
                   wording_id=text_shown(wish.language), signer=signer(), now=NOW + at)
    found = find_by_address(address)
    assert found is not None
    return found


def hers() -> Choices:
    return choices("data", cadence=Cadence.MONTHLY, editions=False)


def the_strangers() -> Choices:
    wish = choices("data", "leiderschap", "digitalisering")
    return replace(wish, language=Language.EN, format=MailFormat.TEXT)


def press_beside(shown: str, token: str, *, at: timedelta = timedelta(0)) -> None:
    """The button of a page that showed this question."""
    confirm(token, shown=shown, wording_id=text_shown(), signer=signer(),
            source_page="/bevestigen", now=NOW + at)


def entries(subscription: Subscription) -> list[Consent]:
    return list(db.session.scalars(
        select(Consent).where(Consent.subscriber_id == subscription.subscriber_id)
        .order_by(Consent.id)
    ))


def welcomes() -> int:
    return len(deliveries(MailKind.WELCOME))


@pytest.fixture
def anna(session: Session) -> Subscription:
    """Somebody with a mail that asks her to confirm."""
    return ask(hers(), ANNA)


def test_what_a_stranger_asks_while_no_mail_may_go_never_becomes_hers(anna: Subscription) -> None:
    token, shown = confirm_token(anna), question_of(anna)
    ask(the_strangers(), STRANGER, at=MINUTE)
    assert (chosen.of(anna), said.of(anna.subscriber), anna.asked_at) == (hers(), ANNA, NOW)
    press_beside(shown, token, at=HOUR)
    asked, aside, given = entries(anna)
    assert (given.act, given.choices) == ("given", asked.choices)
    assert said.of(anna.subscriber) == ANNA
    assert aside.act == "asked"


def test_the_ledger_keeps_what_was_asked_in_vain_as_it_was_asked(
    session: Session, anna: Subscription
) -> None:
    ask(the_strangers(), STRANGER, at=MINUTE)
    first, aside = entries(anna)
    assert (first.means, aside.means) == ("form", "form_set_aside")
    assert (aside.at, aside.source_page) == (NOW + MINUTE, "/aanmelden")
    assert aside.choices == {**chosen.as_record(the_strangers()), "paused_until": None}
    wording = session.get(ConsentWording, aside.wording_id)
    assert wording is not None
    assert wording.language is Language.EN


def test_who_left_stays_as_she_was_when_no_mail_goes_out_for_a_strangers_question(
    session: Session,
) -> None:
    someone = reader("data")
    address = str(someone.subscriber.address)
    leave(someone, Leaving.ALL, proof=Proof("one_click_post", "/afmelden"), now=NOW - DAY)
    say_reason(someone, LeavingReason.OTHER_WORK)
    request_manage_link(address=address, signer=signer(), now=NOW)
    before = chosen.of(someone)
    ask(the_strangers(), STRANGER, at=MINUTE, address=address)
    assert (someone.status, someone.ended_at) == (SubscriptionStatus.ENDED, NOW - DAY)
    assert (someone.ended_reason, someone.leaving_reason) == (
        EndReason.UNSUBSCRIBED, LeavingReason.OTHER_WORK)
    assert chosen.of(someone) == before
    assert entries(someone)[-1].means == "form_set_aside"


def test_what_stands_in_no_mail_yet_is_what_was_asked_last(anna: Subscription) -> None:
    tagged = "anna+werk@gemeente.example"
    waiting = ask(hers(), ANNA, address=tagged)
    ask(the_strangers(), STRANGER, at=MINUTE, address=tagged)
    assert [mail.subscriber_id for mail in deliveries()] == [anna.subscriber_id]
    assert (chosen.of(waiting), said.of(waiting.subscriber)) == (the_strangers(), STRANGER)
    assert [entry.means for entry in entries(waiting)] == ["form", "form"]


def test_a_newer_mail_asks_all_that_its_form_said_and_nothing_of_the_form_before(
    anna: Subscription,
) -> None:
    ask(the_strangers(), Details(), at=HOUR)
    assert (chosen.of(anna), said.of(anna.subscriber)) == (the_strangers(), Details())


def test_a_page_of_the_older_mail_confirms_nothing_behind_the_newer_link(
    anna: Subscription,
) -> None:
    older, shown = confirm_token(anna), question_of(anna)
    ask(the_strangers(), STRANGER, at=HOUR)
    newer = confirm_token(anna, issued_at=NOW + HOUR)
    for token, refusal in ((older, TokenSuperseded), (newer, AskedOtherwise)):
        with pytest.raises(refusal):
            press_beside(shown, token, at=HOUR)
    assert (anna.status, anna.confirmed_at) == (SubscriptionStatus.PENDING, None)
    assert [entry.act for entry in entries(anna)] == ["asked", "asked"]
    assert welcomes() == 0
    press(newer, now=NOW + HOUR)
    assert entries(anna)[-1].choices == chosen.record_of(anna)


def test_the_same_question_in_a_newer_mail_is_another_question(anna: Subscription) -> None:
    shown = question_of(anna)
    ask(hers(), ANNA, at=HOUR)
    assert question_of(anna) != shown


@pytest.mark.parametrize("change", [
    lambda anna: setattr(anna, "receives_editions", True),
    lambda anna: setattr(anna, "cadence", Cadence.WEEKLY),
    lambda anna: setattr(anna, "language", Language.EN),
    lambda anna: setattr(anna, "format", MailFormat.TEXT),
    lambda anna: merge("data", "leiderschap", at=NOW),
    lambda anna: setattr(anna.subscriber, "name", None),
    lambda anna: setattr(anna.subscriber, "organisation", "Elders"),
    lambda anna: setattr(anna.subscriber, "sector", Sector.RIJK),
], ids=["editions", "cadence", "language", "format", "theme", "name", "organisation", "sector"])
def test_nothing_is_given_when_anything_is_otherwise_than_the_page_showed(
    anna: Subscription, change: Callable[[Subscription], object]
) -> None:
    token, shown = confirm_token(anna), question_of(anna)
    change(anna)
    db.session.flush()
    with pytest.raises(AskedOtherwise):
        press_beside(shown, token)
    assert anna.status is SubscriptionStatus.PENDING
    assert [entry.act for entry in entries(anna)] == ["asked"]
    assert welcomes() == 0


def test_two_people_who_ask_the_same_are_two_questions(anna: Subscription) -> None:
    other = ask(hers(), ANNA, address="bo@gemeente.example")
    assert question_of(other) != question_of(anna)


def test_what_we_know_of_a_former_reader_is_no_part_of_the_question(session: Session) -> None:
    someone = reader("data")
    someone.subscriber.name = "Noor"
    leave(someone, Leaving.ALL, proof=Proof("one_click_post", "/afmelden"), now=NOW - DAY)
    ask(hers(), STRANGER, address=str(someone.subscriber.address))
    shown = question_of(someone)
    assert someone.subscriber.name == "Noor"
    someone.subscriber.name = None
    assert question_of(someone) == shown


def test_a_press_again_is_harmless_after_she_chose_otherwise(anna: Subscription) -> None:
    token, shown = confirm_token(anna), question_of(anna)
    for _ in range(2):
        press_beside(shown, token)
    change_choices(anna, the_strangers(), source_page="/voorkeuren", now=NOW)
    press_beside(shown, token)
    assert [entry.act for entry in entries(anna)] == ["asked", "given", "changed"]
    assert chosen.of(anna) == the_strangers()
    assert welcomes() == 1


def _press_alone(core: Flask, token: str, shown: str) -> None:
    with core.app_context(), transaction():
        press_beside(shown, token, at=HOUR)


def test_a_press_that_meets_a_newer_question_gives_nothing(committed: Flask) -> None:
    anna = ask(hers(), ANNA)
    token, shown = confirm_token(anna), question_of(anna)
    db.session.commit()
    with ThreadPoolExecutor() as others:
        with transaction():
            ask(the_strangers(), STRANGER, at=HOUR)
            pressed = others.submit(_press_alone, committed, token, shown)
            time.sleep(0.5)  # the press waits for the row that the sign-up holds
        with pytest.raises(TokenSuperseded):
            pressed.result()
    db.session.expire_all()
    assert [entry.act for entry in entries(anna)] == ["asked", "asked"]


def test_a_question_that_meets_a_press_is_told_that_she_is_a_reader(committed: Flask) -> None:
    anna = ask(hers(), ANNA)
    token, shown = confirm_token(anna), question_of(anna)
    db.session.commit()

    def ask_alone() -> None:
        with committed.app_context(), transaction():
            ask(the_strangers(), STRANGER, at=HOUR)

    with ThreadPoolExecutor() as others:
        with transaction():
            press_beside(shown, token)
            asked = others.submit(ask_alone)
            time.sleep(0.5)  # the sign-up waits for the row that the press holds
        asked.result()
    db.session.expire_all()
    assert [entry.act for entry in entries(anna)] == ["asked", "given"]
    assert (chosen.of(anna), said.of(anna.subscriber)) == (hers(), ANNA)
    assert [mail.kind for mail in deliveries()][-1] is MailKind.ALREADY_SUBSCRIBED


def test_no_theme_changes_between_what_was_shown_and_the_ledger(committed: Flask) -> None:
    anna = ask(hers(), ANNA)
    token, shown = confirm_token(anna), question_of(anna)
    db.session.commit()

    def change_a_theme() -> None:
        with committed.app_context(), transaction():
            db.session.execute(text("set local lock_timeout = '200ms'"))
            change_themes_alone()

    with ThreadPoolExecutor() as others, transaction():
        press_beside(shown, token)
        with pytest.raises(OperationalError):
            others.submit(change_a_theme).result()
