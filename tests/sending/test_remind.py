"""A reminder leaves to the desk once, whoever asks and however often, and not when it is stale."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import datetime, time, timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from newsletter import clock
from newsletter.accounts.add import add_account
from newsletter.accounts.models import Account, RoleName
from newsletter.deliveries.models import Delivery
from newsletter.editions.models import Edition, EditionStatus
from newsletter.editions.reminder_models import Reminder
from newsletter.extensions import db
from newsletter.jobs import Lane
from newsletter.sending.remind import remind_all
from newsletter.sending.single import write_single_mail
from newsletter.transaction import transaction
from newsletter.working_days import add_working_days
from tests.faults.relay import Relay

ADDRESS = "noor@redactie.example"
OpenHouse = Callable[..., AbstractContextManager[Any]]


@pytest.fixture
def open_post(house: OpenHouse) -> Iterator[tuple[Relay, Any]]:
    with Relay() as relay, house(relay) as (_, post):
        yield relay, post


def nine() -> datetime:
    """Nine o'clock on the last working day before this one, as the real clock has it."""
    day = add_working_days(clock.local(clock.now()).date(), -1)
    return datetime.combine(day, time(9), tzinfo=clock.AMSTERDAM)


def made(*languages: str) -> Edition:
    """An edition whose copy is due a week after `nine`, and somebody for each language."""
    with transaction():
        db.session.execute(delete(Edition))
        db.session.execute(update(Account).values(active=False))
        for number, language in enumerate(languages):
            add_account(email=f"{number or ''}{ADDRESS}", name="Noor", password=None,
                        roles=[RoleName.EDITOR], now=clock.now(), language=language)
        due_at = nine() + timedelta(days=7, hours=3)
        edition = Edition(volume=99, number=2, title="Dichtbij", copy_deadline_at=due_at,
                          approval_deadline_at=due_at + timedelta(days=20),
                          send_at=due_at + timedelta(days=40))
        db.session.add(edition)
    return edition


def reasons() -> list[str | None]:
    db.session.rollback()
    return [reason and reason.value for reason in db.session.scalars(
        select(Delivery.skip_reason).order_by(Delivery.id))]


def test_everybody_gets_it_in_the_own_language_with_what_misses_and_where_to_go(
    open_post: tuple[Relay, Any]
) -> None:
    relay, post = open_post
    edition = made("nl", "en")
    assert remind_all(now=nine()) == 2
    assert post.run(Lane.PROMPT, seconds=10, write_single=write_single_mail).sent == 2
    words = {}
    for entry in relay.journal.entries:
        mail = entry.message
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail["List-Unsubscribe"] is None
        assert "99·2" in mail["Subject"]
        for form in ("plain", "html"):
            part = mail.get_body((form,))
            assert part is not None
            words[entry.rcpt_to, form] = " ".join(part.get_content().split())
    at = clock.local(edition.copy_deadline_at)
    for form in ("plain", "html"):
        dutch, english = words[ADDRESS, form], words[f"1{ADDRESS}", form]
        assert f"om {at:%H.%M} uur" in dutch
        assert "Er staan nog geen artikelen in" in dutch
        assert f"at {at:%H.%M}" in english
        assert "There are no articles in it yet" in english
        for text in (dutch, english):
            assert "http://localhost/redactie/edities/99-2" in text
            assert "http://localhost/redactie/mijn-account" in text
            assert ADDRESS not in text
    assert ADDRESS not in str(db.session.scalars(select(Delivery.params)).all())


def test_who_asks_again_and_again_gets_no_second_mail(open_post: tuple[Relay, Any]) -> None:
    relay, post = open_post
    made("nl")
    assert [remind_all(now=nine() + timedelta(minutes=n)) for n in range(3)] == [1, 0, 0]
    post.run(Lane.PROMPT, seconds=10, write_single=write_single_mail)
    assert len(relay.journal.entries) == 1


def test_of_ticks_in_the_same_instant_one_reminds(committed: Flask) -> None:
    made("nl")
    ready = Barrier(4)

    def tick(_: int) -> int:
        with committed.app_context():
            ready.wait(10)
            try:
                return remind_all(now=nine())
            finally:
                db.session.remove()

    with ThreadPoolExecutor(4) as ticks:
        assert sorted(ticks.map(tick, range(4))) == [0, 0, 0, 1]
    assert reasons() == [None]
    assert len(db.session.scalars(select(Reminder)).all()) == 1


@pytest.mark.parametrize(("change", "reason"), [
    (lambda edition, account: setattr(edition, "status", EditionStatus.SCHEDULED), "superseded"),
    (lambda edition, account: setattr(
        edition, "copy_deadline_at", edition.copy_deadline_at + timedelta(hours=1)), "superseded"),
    (lambda edition, account: setattr(account, "gets_reminders", False), "cancelled"),
    (lambda edition, account: setattr(account, "active", False), "cancelled"),
], ids=["scheduled", "moved", "unwanted", "left"])
def test_what_is_stale_when_it_would_leave_does_not(
    open_post: tuple[Relay, Any], change: Callable[[Edition, Account], None], reason: str
) -> None:
    relay, post = open_post
    edition = made("nl")
    assert remind_all(now=nine()) == 1
    with transaction():
        change(db.session.merge(edition),
               db.session.scalars(select(Account).where(Account.email == ADDRESS)).one())
    post.run(Lane.PROMPT, seconds=10, write_single=write_single_mail)
    assert reasons() == [reason]
    assert relay.journal.entries == []


