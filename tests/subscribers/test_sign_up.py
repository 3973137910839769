"""Signing up: what is asked, what is mailed, and how often one mailbox may be written to."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.core import signer
from newsletter.deliveries.models import Delivery, MailKind
from newsletter.deliveries.suppress import SuppressionReason, find_reason, suppress
from newsletter.errors import BadAddress, BadInput
from newsletter.extensions import db
from newsletter.subscribers.choices import Choices
from newsletter.subscribers.leave import Leaving, leave
from newsletter.subscribers.models import (
    Cadence,
    Consent,
    ConsentAct,
    ConsentWording,
    Language,
    MailFormat,
    Subscriber,
    Subscription,
    SubscriptionStatus,
)
from newsletter.subscribers.record_consent import Proof
from newsletter.subscribers.send_link import request_manage_link
from newsletter.subscribers.signup import request_signup
from newsletter.transaction import transaction
from tests import material
from tests.material import NOW, choices, sign_up

ADDRESS = "noor@gemeente.example"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
GOODBYE = Proof("page_post", "/afmelden")


def mails() -> list[MailKind]:
    return [delivery.kind for delivery in material.deliveries()]


def ask(address: str, at: timedelta = timedelta(0), chosen: Choices | None = None) -> None:
    request_signup(address=address, choices=chosen or choices("data"), source_page="/aanmelden",
                   wording_id=material.text_shown(), signer=signer(), now=NOW + at)


def rows(table: type) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def test_a_new_address_waits_for_its_confirmation(session: Session) -> None:
    subscription = sign_up(ADDRESS, choices("data", "digitalisering", editions=False))
    assert subscription.status is SubscriptionStatus.PENDING
    assert subscription.confirmed_at is None
    assert mails() == [MailKind.CONFIRM_SIGNUP]


def test_the_ledger_keeps_what_was_asked_with_the_wording_that_was_shown(session: Session) -> None:
    chosen = Choices(False, Cadence.MONTHLY, material.theme_ids("data"), Language.EN,
                     MailFormat.TEXT)
    subscription = sign_up(ADDRESS, chosen)
    entry = session.scalars(
        select(Consent).where(Consent.subscriber_id == subscription.subscriber_id)
    ).one()
    assert (entry.act, entry.means, entry.source_page) == (ConsentAct.ASKED, "form", "/aanmelden")
    assert entry.at == NOW
    assert entry.choices == {"editions": False, "cadence": "monthly", "themes": ["data"],
                             "language": "en", "format": "text", "paused_until": None}
    wording = session.get(ConsentWording, entry.wording_id)
    assert wording is not None
    assert (wording.language, wording.version) == (Language.EN, 1)
    assert "Yes, send me" in wording.text


def test_an_active_reader_who_signs_up_again_is_told_so_and_nothing_changes(
    session: Session, acts: Callable[[Subscription], list[str]]
) -> None:
    subscription = material.reader("data")
    address = subscription.subscriber.address or ""
    ask(address.upper(), chosen=choices("digitalisering", cadence=Cadence.MONTHLY))
    assert subscription.cadence is Cadence.WEEKLY
    assert subscription.status is SubscriptionStatus.ACTIVE
    assert mails() == [MailKind.ALREADY_SUBSCRIBED]
    assert acts(subscription) == ["asked", "given"]


def test_who_left_can_come_back_and_must_confirm_again(
    session: Session, acts: Callable[[Subscription], list[str]]
) -> None:
    subscription = material.reader("data")
    leave(subscription, Leaving.ALL, proof=GOODBYE, now=NOW - DAY)
    ask(subscription.subscriber.address or "")
    assert subscription.status is SubscriptionStatus.PENDING
    assert (subscription.ended_at, subscription.ended_reason) == (None, None)
    assert mails() == [MailKind.CONFIRM_SIGNUP]
    assert acts(subscription) == ["asked", "given", "withdrawn", "asked"]


def test_signing_up_twice_makes_one_subscriber_with_the_last_choices(session: Session) -> None:
    ask(ADDRESS)
    subscription = sign_up(ADDRESS, choices("digitalisering"), now=NOW + HOUR)
    assert rows(Subscriber) == rows(Subscription) == 1
    held = {each.theme_id for each in subscription.themes}
    assert held == material.theme_ids("digitalisering")


def test_a_hard_bounce_does_not_stop_one_confirmation(session: Session) -> None:
    suppress(signer().address_hashes(ADDRESS)[-1], reason=SuppressionReason.HARD_BOUNCE, now=NOW)
    ask(ADDRESS)
    assert mails() == [MailKind.CONFIRM_SIGNUP]


@pytest.mark.parametrize("reason", [SuppressionReason.COMPLAINT, SuppressionReason.NEVER_AGAIN])
def test_who_complained_gets_no_mail_whatever_is_typed(
    session: Session, reason: SuppressionReason
) -> None:
    suppress(signer().address_hashes(ADDRESS)[-1], reason=reason, now=NOW)
    ask(ADDRESS)
    request_manage_link(address=ADDRESS, signer=signer(), now=NOW)
    assert mails() == []


def test_a_complaint_after_a_bounce_counts(session: Session) -> None:
    hash_ = signer().address_hashes(ADDRESS)[-1]
    for reason in (SuppressionReason.HARD_BOUNCE, SuppressionReason.COMPLAINT,
                   SuppressionReason.HARD_BOUNCE):
        suppress(hash_, reason=reason, now=NOW)
    assert find_reason([hash_]) is SuppressionReason.COMPLAINT
    ask(ADDRESS)
    assert mails() == []


def test_one_mail_an_hour_and_three_a_day(session: Session) -> None:
    for minute in range(0, 24 * 60, 20):
        ask(ADDRESS, minute * MINUTE)
    sent = [delivery.created_at - NOW for delivery in material.deliveries()]
    assert sent == [0 * HOUR, 1 * HOUR, 2 * HOUR]
    ask(ADDRESS, DAY)
    assert len(mails()) == 4


def test_tags_dots_and_case_share_one_limit_and_stay_different_people(session: Session) -> None:
    for number in range(200):
        ask(f"{'N' if number % 2 else 'n'}.oor+{number}@gemeente.example", number * MINUTE * 5,
            Choices())
    assert len(mails()) == 3
    assert rows(Subscriber) == 200


def test_every_mail_that_a_stranger_can_ask_counts_for_the_limit(session: Session) -> None:
    address = material.reader().subscriber.address or ""
    ask(address)
    request_manage_link(address=address, signer=signer(), now=NOW + MINUTE)
    assert mails() == [MailKind.ALREADY_SUBSCRIBED]
    request_manage_link(address=address, signer=signer(), now=NOW + HOUR)
    assert mails() == [MailKind.ALREADY_SUBSCRIBED, MailKind.MANAGE_LINK]


def test_a_second_sign_up_without_room_for_mail_leaves_the_mailed_link_alive(
    session: Session,
) -> None:
    before = sign_up(ADDRESS, choices("data")).confirm_nonce
    after = sign_up(ADDRESS, choices("digitalisering"), now=NOW + MINUTE).confirm_nonce
    assert before == after


@pytest.mark.parametrize("address", ["", "noor", "noor@", "noor@gemeente", "a b@gemeente.example",
                                     "noor\r\n@gemeente.example", "n" * 400 + "@gemeente.example"])
def test_nothing_enters_for_an_address_that_cannot_be(session: Session, address: str) -> None:
    with pytest.raises(BadAddress):
        ask(address)
    with pytest.raises(BadAddress):
        request_manage_link(address=address, signer=signer(), now=NOW)
    assert (rows(Subscriber), rows(Consent), rows(Delivery)) == (0, 0, 0)


@pytest.mark.parametrize(("chosen", "field", "reason"), [
    (Choices(False, Cadence.NONE), "cadence", "nothing_chosen"),
    (Choices(True, Cadence.WEEKLY), "themes", "none_chosen"),
    (Choices(True, Cadence.WEEKLY, frozenset({10**9})), "themes", "unknown"),
    (Choices(True, Cadence.NONE, frozenset({10**9})), "themes", "unknown"),
])
def test_nothing_enters_for_choices_that_cannot_be(
    session: Session, chosen: Choices, field: str, reason: str
) -> None:
    with pytest.raises(BadInput) as refused:
        ask(ADDRESS, chosen=chosen)
    assert (refused.value.field, refused.value.reason) == (field, reason)
    assert (rows(Subscriber), rows(Consent), rows(Delivery)) == (0, 0, 0)


def test_the_shortest_form_asks_for_editions_only(session: Session) -> None:
    subscription = sign_up(ADDRESS, Choices())
    assert subscription.receives_editions
    assert subscription.cadence is Cadence.NONE


def test_the_link_is_mailed_to_readers_and_the_question_to_who_waits(session: Session) -> None:
    reader = material.reader()
    waiting = sign_up(ADDRESS, choices("data"), now=NOW - DAY)
    for address in (reader.subscriber.address, waiting.subscriber.address, "no@one.example"):
        request_manage_link(address=address or "", signer=signer(), now=NOW)
    assert mails() == [MailKind.CONFIRM_SIGNUP, MailKind.MANAGE_LINK, MailKind.CONFIRM_SIGNUP]
    assert waiting.confirm_nonce == 2
    assert rows(Subscriber) == 2


def _ask_alone(core: Flask, address: str) -> None:
    with core.app_context(), transaction():
        ask(address, chosen=Choices())


def test_many_at_once_make_one_subscriber_and_one_mail(committed: Flask) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: _ask_alone(committed, ADDRESS), range(24)))
    assert rows(Subscriber) == 1
    assert mails() == [MailKind.CONFIRM_SIGNUP]


def test_many_spellings_of_one_mailbox_at_once_still_get_one_mail(committed: Flask) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(
            lambda number: _ask_alone(committed, f"no.or+{number}@gemeente.example"), range(24)
        ))
    assert rows(Subscriber) == 24
    assert mails() == [MailKind.CONFIRM_SIGNUP]
