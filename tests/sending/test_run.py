"""Sending: what the relay says is what the ledger keeps, and nobody gets two."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update

from newsletter import clock
from newsletter.core import settings, signer
from newsletter.deliveries.alarm import open_alarms
from newsletter.deliveries.models import Attempt, Delivery, DeliveryStatus, MailKind, Outcome
from newsletter.deliveries.queue import SingleMail, queue_single
from newsletter.deliveries.suppress import SuppressionReason, suppress
from newsletter.extensions import db
from newsletter.jobs import Lane
from newsletter.mailings.close import close_finished
from newsletter.mailings.models import MailingStatus
from newsletter.mailings.pause import cancel, pause, resume
from newsletter.mailings.queries import get_mailing, progress
from newsletter.sending.carry_out import carry_out_edition
from newsletter.sending.recover import recover
from newsletter.sending.single import write_single_mail
from newsletter.subscribers.leave import Leaving, leave
from newsletter.subscribers.record_consent import Proof
from newsletter.transaction import transaction
from tests import material
from tests.faults.relay import OK, Relay
from tests.mailings.ended import check_ledgers

OpenHouse = Callable[..., AbstractContextManager[Any]]
KEY = "edition:90-8"


def _publish(readers: int) -> list[int]:
    with transaction():
        ids = [material.reader().subscriber_id for _ in range(readers)]
        edition_id = material.edition([material.article("data")]).id
    carry_out_edition(edition_id, settings=settings(), now=material.NOW)
    return ids


def _ledger() -> Any:
    db.session.rollback()
    return progress(get_mailing(KEY))


def _hurry() -> None:
    """Let what waits be due now."""
    with transaction():
        db.session.execute(update(Delivery).values(due_at=clock.now() - timedelta(seconds=1)))


def test_everybody_gets_one_and_the_ledger_closes(house: OpenHouse) -> None:
    with Relay() as relay, house(relay) as (_, post):
        _publish(30)
        tally = post.run(Lane.BULK, seconds=30)
        assert tally.sent == 30
        assert len(relay.journal.copies()) == 30
        assert relay.journal.repeats() == 0
        ledger = _ledger()
        assert (ledger.recipients, ledger.sent, ledger.open) == (30, 30, 0)
        assert ledger.closes
        with transaction():
            assert close_finished(now=material.NOW)
        assert get_mailing(KEY).status is MailingStatus.FINISHED


def test_single_mails_wait_for_a_process_that_can_write_them(house: OpenHouse) -> None:
    with Relay() as relay, house(relay) as (_, post):
        with transaction():
            one = material.reader("data", at=clock.now() - timedelta(days=30))
            queue_single(
                SingleMail(kind=MailKind.WELCOME, subscriber_id=one.subscriber_id), now=clock.now())
        with pytest.raises(ValueError, match="prompt"):
            post.run(Lane.PROMPT, seconds=5)
        assert [each.status for each in material.deliveries()] == [DeliveryStatus.PENDING]
        post.run(Lane.PROMPT, seconds=5, write_single=write_single_mail)
        assert len(relay.journal.entries) == 1


def test_every_answer_has_its_attempt(house: OpenHouse) -> None:
    said = iter(["450 4.2.1 later", OK, "550 5.1.1 no such user", OK])
    with (
        Relay(answer=lambda _r, _n: next(said, OK)) as relay,
        house(relay, SMTP_CONNECTIONS="1") as (_, post),
    ):
        _publish(4)
        post.run(Lane.BULK, seconds=4)  # what is deferred waits five, and is not to come again
        attempts = list(db.session.scalars(select(Attempt).order_by(Attempt.ended_at)))
        assert [(a.outcome, a.reply_code) for a in attempts] == [
            (Outcome.DEFERRED, "450 4.2.1"),
            (Outcome.ACCEPTED, "250 2.0.0"),
            (Outcome.REFUSED, "550 5.1.1"),
            (Outcome.ACCEPTED, "250 2.0.0"),
        ]
        ledger = _ledger()
        assert (ledger.sent, ledger.failures, ledger.open) == (2, 1, 1)
        assert ledger.failed == {"550 5.1.1": 1}
        assert ledger.closes


def test_a_deferred_mail_is_the_same_mail_when_it_is_tried_again(house: OpenHouse) -> None:
    offered: list[bytes] = []

    def greylist(_recipient: str, times: int) -> str:
        return OK if times > 1 else "451 4.7.1 come back"

    with Relay(answer=greylist) as relay, house(relay) as (_, post):
        _publish(3)
        post.run(Lane.BULK, seconds=30)
        assert not relay.journal.entries
        _hurry()
        post.run(Lane.BULK, seconds=30)
        offered += [entry.data for entry in relay.journal.entries]
        assert len(offered) == 3
        assert _ledger().sent == 3


def test_an_answer_that_got_lost_is_unclear_and_the_same_bytes_go_again(house: OpenHouse) -> None:
    def lose_first(_recipient: str, times: int) -> str:
        return "drop after" if times == 1 else OK

    with Relay(answer=lose_first) as relay, house(relay) as (_, post):
        _publish(5)
        post.run(Lane.BULK, seconds=30)
        ledger = _ledger()
        assert ledger.by_status == {DeliveryStatus.UNCLEAR: 5}
        _hurry()
        post.run(Lane.BULK, seconds=30)
        ledger = _ledger()
        assert ledger.sent == 5
        assert ledger.unclear_copies == relay.journal.repeats() == 5
        by_recipient: dict[str, set[bytes]] = {}
        for entry in relay.journal.entries:
            by_recipient.setdefault(entry.rcpt_to, set()).add(entry.data)
        assert all(len(copies) == 1 for copies in by_recipient.values())


def test_a_connection_that_breaks_is_neither_sent_nor_failed(house: OpenHouse) -> None:
    with Relay(answer=lambda _r, _n: "drop before") as relay, house(relay) as (_, post):
        _publish(2)
        post.run(Lane.BULK, seconds=30)
        assert _ledger().by_status == {DeliveryStatus.UNCLEAR: 2}


def test_a_relay_that_is_not_there_costs_nobody_an_attempt(house: OpenHouse) -> None:
    with Relay() as relay, house(relay, SMTP_URL="smtp://127.0.0.1:1?tls=none") as (_, post):
        _publish(12)
        tally = post.run(Lane.BULK, seconds=30)
        assert tally.sent == 0
        assert _ledger().by_status == {DeliveryStatus.PENDING: 12}
        assert db.session.scalars(select(Attempt)).all() == []
        assert [alarm.kind for alarm in open_alarms()] == ["relay_unreachable"]
        assert not relay.journal.entries


def test_who_left_after_planning_gets_nothing(house: OpenHouse) -> None:
    with Relay() as relay, house(relay) as (_, post):
        ids = _publish(3)
        with transaction():
            subscription = material.db.session.get(material.Subscription, ids[0])
            assert subscription is not None
            gone = subscription.subscriber.address
            leave(subscription, Leaving.EDITIONS, proof=Proof("one_click_post", "/afmelden"),
                  now=material.NOW)
        post.run(Lane.BULK, seconds=30)
        assert gone not in relay.journal.copies()
        ledger = _ledger()
        assert ledger.skipped == {"unsubscribed": 1}
        assert (ledger.sent, ledger.closes) == (2, True)


def test_a_suppressed_address_gets_nothing(house: OpenHouse) -> None:
    with Relay() as relay, house(relay) as (_, post):
        ids = _publish(2)
        with transaction():
            subscription = db.session.get(material.Subscription, ids[0])
            assert subscription is not None
            suppress(signer().address_hashes(subscription.subscriber.address or "")[-1],
                     reason=SuppressionReason.COMPLAINT, now=material.NOW)
        post.run(Lane.BULK, seconds=30)
        assert _ledger().skipped == {"suppressed": 1}
        assert len(relay.journal.entries) == 1


def test_a_paused_mailing_waits_and_goes_on(house: OpenHouse) -> None:
    with Relay() as relay, house(relay) as (_, post):
        _publish(5)
        mailing_id = get_mailing(KEY).id
        with transaction():
            pause(mailing_id, now=material.NOW)
        assert post.run(Lane.BULK, seconds=30).sent == 0
        assert not relay.journal.entries
        with transaction():
            resume(mailing_id, now=clock.now())
        assert post.run(Lane.BULK, seconds=30).sent == 5


def test_a_cancelled_mailing_skips_the_rest_and_still_closes(house: OpenHouse) -> None:
    with Relay() as relay, house(relay) as (_, post):
        _publish(5)
        with transaction():
            assert cancel(get_mailing(KEY).id, now=material.NOW) == 5
        assert post.run(Lane.BULK, seconds=30).sent == 0
        assert not relay.journal.entries
        assert _ledger().closes


def test_an_abandoned_claim_is_unclear_counted_and_sent(house: OpenHouse) -> None:
    with Relay() as relay, house(relay) as (_, post):
        _publish(4)
        with transaction():
            db.session.execute(text(
                "with lost as (insert into claims (lane, worker, lease_until) values ('bulk',"
                " 'elsewhere', clock_timestamp() - interval '1 second') returning id)"
                " update deliveries set status = 'claimed', claim_id = lost.id from lost"
            ))
        recover(settings(), now=material.NOW)
        assert _ledger().by_status == {DeliveryStatus.UNCLEAR: 4}
        post.run(Lane.BULK, seconds=30)
        ledger = _ledger()
        assert (ledger.sent, ledger.unclear_copies) == (4, 4)
        assert relay.journal.repeats() == 0


def test_a_row_that_vanished_raises_the_alarm(house: OpenHouse) -> None:
    with Relay() as relay, house(relay) as (_, _post):
        _publish(4)
        since = material.NOW - timedelta(days=1)
        with transaction():
            assert check_ledgers(now=material.NOW, since=since) == []
            db.session.delete(material.deliveries(MailKind.EDITION)[0])
        with transaction():
            assert check_ledgers(now=material.NOW, since=since) == [KEY]
        assert [alarm.kind for alarm in open_alarms()] == ["ledger_does_not_close"]
        assert not _ledger().closes
        assert not relay.journal.entries
