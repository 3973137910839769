"""The wires and the clerk: neither goes on without the other, and neither is busy with nothing."""

import ssl
import threading
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from newsletter import clock
from newsletter.core import settings
from newsletter.deliveries.alarm import open_alarms
from newsletter.deliveries.models import Claim, Delivery, DeliveryStatus, Outcome
from newsletter.deliveries.record import Result
from newsletter.errors import MailError, RelayUnreachable
from newsletter.extensions import db
from newsletter.jobs import Lane
from newsletter.mailings.queries import get_mailing, progress
from newsletter.sending import desk, outgoing
from newsletter.sending.appetite import Appetite
from newsletter.sending.claim import Owed
from newsletter.sending.journal import Journal
from newsletter.sending.outgoing import Outgoing
from newsletter.sending.recover import recover
from newsletter.sending.settle import Books
from newsletter.sending.write import Draft, Writer
from newsletter.transaction import transaction
from tests import material
from tests.faults.relay import Relay
from tests.sending.published import publish

OpenHouse = Callable[..., AbstractContextManager[Any]]


def _statuses() -> dict[DeliveryStatus, int]:
    db.session.rollback()
    return dict(progress(get_mailing("edition:90-8")).by_status)


def test_what_was_to_stay_in_an_earlier_run_may_leave_in_this_one(house: OpenHouse) -> None:
    with Relay() as relay, house(relay) as (_, post):
        publish(3)
        assert post.run(Lane.BULK, seconds=0).sent == 0
        assert post._desk is not None
        post._desk.outgoing.withdraw({get_mailing("edition:90-8").id})  # it was paused, and goes on
        assert post.run(Lane.BULK, seconds=30).sent == 3


def test_what_goes_back_unoffered_is_known_to_be_due_again(house: OpenHouse) -> None:
    """Else a run ends as if nothing were due, and the next tick has to find it."""
    with Relay() as relay, house(relay) as (_, post):
        publish(3)
        desk = post._open_desk()
        assert desk is not None
        with transaction():
            batch = desk.claimer.claim(Lane.BULK, limit=3)
        desk.books.opened(batch)
        for owed, wait in zip(batch.owed, (0, 5, 5), strict=True):
            desk.books.put_back(owed, wait=timedelta(seconds=wait))
        assert desk.books.settle(None)
        assert not desk.books.settle(None)
        assert _statuses() == {DeliveryStatus.PENDING: 3}


def test_a_journal_that_fails_ends_both_threads_and_nothing_is_held(
    house: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("the journal is full")

    with Relay() as relay, house(relay, SMTP_CONNECTIONS="1") as (_, post):
        publish(6)
        with monkeypatch.context() as broken:
            broken.setattr(Journal, "offering", fail)
            with pytest.raises(OSError, match="full"):
                post.run(Lane.BULK, seconds=30)
        assert not [each for each in threading.enumerate() if each.name.startswith("clerk")]
        recover(settings(), now=material.NOW)
        assert _statuses() == {DeliveryStatus.PENDING: 6}
        assert db.session.scalars(
            select(Claim.id).where(Claim.lease_until.is_not(None))).all() == []
        assert post.run(Lane.BULK, seconds=30).sent == 6
        assert relay.journal.repeats() == 0


def test_a_clerk_that_fails_at_its_very_end_is_not_waited_for(
    house: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Books) -> None:
        raise RuntimeError("it cannot put its books away")

    with Relay() as relay, house(relay, SMTP_CONNECTIONS="1") as (_, post):
        publish(2)
        with monkeypatch.context() as broken:
            broken.setattr(Books, "rest", fail)
            with pytest.raises(RuntimeError, match="books"):
                post.run(Lane.BULK, seconds=30)
        assert _statuses() == {DeliveryStatus.SENT: 2}
        assert relay.journal.repeats() == 0


def test_a_clerk_whose_letters_wait_for_the_relay_rests(
    house: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds = []
    settle = Books.settle

    def counted(books: Books, relay_fault: str | None) -> None:
        rounds.append(clock.boot_seconds())
        settle(books, relay_fault)

    monkeypatch.setattr(Books, "settle", counted)
    with Relay(pace=0.3) as relay, house(relay, SMTP_CONNECTIONS="1") as (_, post):
        publish(8)
        assert post.run(Lane.BULK, seconds=30).sent == 8
    # Some for each answer, and four a second; a clerk that never rests makes thousands.
    assert len(rounds) < 100


def test_a_relay_that_came_back_is_tried_at_the_next_run(
    house: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise RelayUnreachable("connection refused")

    with Relay() as relay, house(relay, SMTP_CONNECTIONS="1") as (_, post):
        publish(1)
        with monkeypatch.context() as away:
            away.setattr(desk, "connect", refuse)
            assert post.run(Lane.BULK, seconds=30).sent == 0
        with transaction():
            db.session.execute(update(Delivery).values(due_at=material.NOW))
        # Well before the ten seconds in which the same run would ask again.
        assert post.run(Lane.BULK, seconds=30).sent == 1
        assert len(relay.journal.entries) == 1


def test_where_a_whole_claim_fails_at_once_it_stops_at_the_brim_and_goes_on_later(
    house: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than its row follows from what cannot be made, so it waits for the end of the claim."""
    brim, readers, most = 16, 40, 0
    finish = Outgoing.finish

    def counting(self: Outgoing, result: Result) -> None:
        nonlocal most
        finish(self, result)
        most = max(most, len(self.results()))

    def unmakeable(*_: object, **__: object) -> Draft:
        raise LookupError("a block that is not there")

    monkeypatch.setattr(outgoing, "BRIM", brim)
    monkeypatch.setattr(Outgoing, "finish", counting)
    monkeypatch.setattr(Writer, "draft", unmakeable)
    with Relay() as relay, house(relay, RESULTS_AT_ONCE="8") as (_, post):
        publish(readers)
        post._appetite = Appetite(least=readers, most=readers)
        post._open_desk().books._told = ""  # the relay has answered before
        post.run(Lane.BULK, seconds=60)
        assert _statuses() == {DeliveryStatus.FAILED: readers}
        assert [alarm.kind for alarm in open_alarms()] == ["mail_unmakeable"]
    assert most == brim
    assert relay.journal.entries == []


def test_one_that_cannot_be_made_keeps_nobody_waiting_while_the_others_are_written(
    house: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is news, and while news waits for its commit few others have room."""
    told: list[str] = []
    finish, put, draft = Outgoing.finish, Outgoing.put, Writer.draft

    def unmakeable_first(self: Writer, owed: Owed) -> Draft:
        if not told:
            told.append("failed")
            raise MailError("no address that can be written to")
        return draft(self, owed)

    def putting(self: Outgoing, drafts: Collection[Draft]) -> None:
        told.append("put")
        put(self, drafts)

    def finishing(self: Outgoing, result: Result) -> None:
        if result.outcome is Outcome.UNMAKEABLE:
            told.append("finished")
        finish(self, result)

    monkeypatch.setattr(Writer, "draft", unmakeable_first)
    monkeypatch.setattr(Outgoing, "put", putting)
    monkeypatch.setattr(Outgoing, "finish", finishing)
    with Relay() as relay, house(relay) as (_, post):
        publish(5)
        assert post.run(Lane.BULK, seconds=30).sent == 4
        assert _statuses() == {DeliveryStatus.SENT: 4, DeliveryStatus.FAILED: 1}
        assert len(relay.journal.entries) == 4
    assert told[:3] == ["failed", "put", "finished"]


def test_a_desk_that_speaks_no_tls_reads_no_authorities(
    house: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Relay() as relay, house(relay) as (_, post):
        publish(1)
        with monkeypatch.context() as unread:
            unread.delattr(ssl, "create_default_context")
            assert post.run(Lane.BULK, seconds=30).sent == 1
