"""What a first claim fixed stays: where a mail goes, and its octets, on every attempt (R04).

A mail that was never claimed goes where its reader is now.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, text, update

from newsletter import clock
from newsletter.core import settings, signer
from newsletter.deliveries.models import Delivery, MailKind
from newsletter.deliveries.queue import SingleMail, queue_single
from newsletter.extensions import db
from newsletter.jobs import Lane
from newsletter.sending.carry_out import carry_out_edition
from newsletter.sending.run import Post
from newsletter.sending.single import write_single_mail
from newsletter.subscribers.change import change_choices
from newsletter.subscribers.change_address import ask_change, confirm_change
from newsletter.subscribers.choices import Choices
from newsletter.subscribers.models import Cadence, Language, MailFormat, Subscription
from newsletter.tokens import Purpose
from newsletter.transaction import transaction
from tests import material
from tests.faults.journal import Entry
from tests.faults.relay import Relay, Rule

OpenHouse = Callable[..., AbstractContextManager[Any]]
NEW = "nieuw@provincie.example"
# Each is kept by the relay, so that the octets of every attempt can be laid side by side.
NO_ANSWER = Rule("dot", drop=True, take=True)
NOT_NOW = Rule("dot", say="451 4.7.1 come back", take=True)
UNANSWERED = pytest.mark.parametrize("rule", [NO_ANSWER, NOT_NOW], ids=["dropped", "deferred"])


def _says(relay: Relay, rule: Rule) -> None:
    """The relay does so with every mail, save one to the new address."""
    relay.script.decide = lambda step, recipient, _times: (
        rule if step == "dot" and recipient != NEW else None)


def _planned(number: int) -> None:
    with transaction():
        edition_id = material.edition([material.article("data")], number=number).id
    carry_out_edition(edition_id, settings=settings(), now=material.NOW)


def _reader() -> tuple[int, str]:
    with transaction():
        subscription = material.reader("data")
        return subscription.subscriber_id, str(subscription.subscriber.address)


def _move(subscriber_id: int) -> None:
    """She asks for her new address, and confirms it there."""
    with transaction():
        subscription = db.session.get_one(Subscription, subscriber_id)
        change = ask_change(subscription, NEW, signer=signer(), now=clock.now())
        token = signer().make(Purpose.CONFIRM_ADDRESS, change.id, issued_at=change.asked_at)
    with transaction():
        confirm_change(token, signer=signer(), now=clock.now())


def _choose_otherwise(subscriber_id: int) -> None:
    """Another language, another form and another cadence of digests."""
    with transaction():
        wanted = Choices(True, Cadence.MONTHLY, material.theme_ids("data"),
                         language=Language.EN, format=MailFormat.TEXT)
        assert change_choices(db.session.get_one(Subscription, subscriber_id), wanted,
                              source_page="/voorkeuren", now=clock.now())


def _again_later() -> None:
    """What waits is due, in another second than that of its first claim: a date would differ."""
    with transaction():
        db.session.execute(text(
            "select pg_sleep_until(date_trunc('second', max(at)) + interval '1.01 seconds')"
            " from claims"))
        db.session.execute(update(Delivery).values(due_at=func.clock_timestamp()))


def _send(
    core: Flask, lane: Lane = Lane.BULK, *, until: Callable[[], bool] = lambda: False
) -> int:
    """What is due leaves by a process of its own, which remembers nothing of those before.

    It is told to stop when that is so: else it waits for what is due again in some seconds.
    """
    post = Post(core, is_stopping=until)
    try:
        return post.run(lane, seconds=30, write_single=write_single_mail).sent
    finally:
        post.close()


def _to(relay: Relay, address: str) -> list[Entry]:
    return [entry for entry in relay.journal.entries if entry.rcpt_to == address]


def _check_same_mail(entries: list[Entry], *, at_least: int) -> None:
    assert len(entries) >= at_least
    assert len({entry.data for entry in entries}) == 1
    assert len({(entry.mail_from, entry.message_id) for entry in entries}) == 1


@UNANSWERED
def test_an_offered_mail_stays_at_the_address_of_its_first_claim(
    house: OpenHouse, rule: Rule
) -> None:
    with Relay() as relay, house(relay, SMTP_CONNECTIONS="1") as (core, _post):
        _says(relay, rule)
        subscriber_id, old = _reader()
        _planned(1)
        assert _send(core, until=lambda: bool(_to(relay, old))) == 0
        first = len(_to(relay, old))
        _planned(2)  # owed to her before she moves, and in no claim yet
        _move(subscriber_id)
        _again_later()
        assert _send(core, until=lambda: (
            len(_to(relay, old)) > first and bool(_to(relay, NEW)))) == 1
        relay.script.decide = None
        _again_later()
        assert _send(core) == 1
        _check_same_mail(_to(relay, old), at_least=3)
        (newer,) = _to(relay, NEW)
        assert newer.message_id != _to(relay, old)[0].message_id
        # Of no other recipient was the relay told, whatever it said to that.
        said = [(each.rcpt_to, each.reply[:3]) for each in relay.journal.answers]
        assert {to for to, _ in said} == {old, NEW}
        *earlier, last = [code for to, code in said if to == old]
        assert (set(earlier), last) == ({rule.say[:3]}, "250")


@UNANSWERED
def test_octets_stay_whatever_she_chooses_between_the_attempts(
    house: OpenHouse, rule: Rule
) -> None:
    with Relay() as relay, house(relay, SMTP_CONNECTIONS="1") as (core, _post):
        _says(relay, rule)
        subscriber_id, address = _reader()
        _planned(1)
        for tried in range(2):
            assert _send(core, until=lambda tried=tried: len(_to(relay, address)) > tried) == 0
            if not tried:
                _choose_otherwise(subscriber_id)
            _again_later()
        relay.script.decide = None
        assert _send(core) == 1
        _check_same_mail(_to(relay, address), at_least=3)
        assert _to(relay, address)[0].message.get_body(("html",)) is not None
        _planned(2)  # what is planned after her choice is as she chose
        assert _send(core) == 1
        assert _to(relay, address)[-1].message.get_body(("html",)) is None


@UNANSWERED
def test_a_single_mail_too_stays_as_it_was_first_claimed(house: OpenHouse, rule: Rule) -> None:
    with Relay() as relay, house(relay, SMTP_CONNECTIONS="1") as (core, _post):
        _says(relay, rule)
        subscriber_id, old = _reader()
        with transaction():
            queue_single(SingleMail(kind=MailKind.WELCOME, subscriber_id=subscriber_id),
                         now=clock.now())

        def same() -> list[Entry]:
            return [each for each in relay.journal.entries
                    if each.message_id == relay.journal.entries[0].message_id]

        assert _send(core, Lane.PROMPT, until=lambda: bool(same())) == 0
        first = len(same())
        _choose_otherwise(subscriber_id)
        _move(subscriber_id)
        relay.script.decide = None
        _again_later()
        _send(core, Lane.PROMPT)
        _check_same_mail(same(), at_least=first + 1)
        assert {each.rcpt_to for each in same()} == {old}
        assert _to(relay, NEW)  # her welcome there, which was queued when she moved


def test_each_mail_of_a_reader_stays_at_the_address_of_its_own_first_claim(
    house: OpenHouse
) -> None:
    """Both in one claim: one that was offered before she moved, and one that was after."""
    with Relay() as relay, house(relay, SMTP_CONNECTIONS="1") as (core, _post):
        relay.script.decide = lambda step, _recipient, _times: NO_ANSWER if step == "dot" else None
        subscriber_id, old = _reader()
        _planned(1)
        assert _send(core, until=lambda: bool(_to(relay, old))) == 0
        _move(subscriber_id)
        with transaction():
            db.session.execute(update(Delivery).values(due_at=text("'infinity'")))
        _planned(2)
        assert _send(core, until=lambda: bool(_to(relay, NEW))) == 0
        relay.script.decide = None
        _again_later()
        assert _send(core) == 2
        for address in (old, NEW):
            _check_same_mail(_to(relay, address), at_least=2)
        names = {entry.message_id for entry in relay.journal.entries}
        assert len({(entry.message_id, entry.rcpt_to) for entry in relay.journal.entries}) == (
            len(names)) == 2
