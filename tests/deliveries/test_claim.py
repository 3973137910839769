"""Claiming: each delivery in one pair of hands, for as long as the lease lasts."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from flask import Flask
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from newsletter.deliveries.claim import Due, Fixed, let_go_unknown, release, renew, skip
from newsletter.deliveries.due import lanes_with_work
from newsletter.deliveries.models import (
    Attempt,
    Claim,
    Delivery,
    DeliveryStatus,
    MailKind,
    Outcome,
    SkipReason,
)
from newsletter.deliveries.queue import SingleMail, queue_single
from newsletter.extensions import db
from newsletter.jobs import Lane
from newsletter.transaction import transaction
from tests import material

Take = Callable[..., tuple[int, list[Due]]]
NOTHING = timedelta(0)


def delivery(delivery_id: int) -> Delivery:
    db.session.expire_all()
    return db.session.get_one(Delivery, delivery_id)


def statuses() -> list[str]:
    db.session.expire_all()
    return [each.status.value for each in material.deliveries()]


def test_the_oldest_are_claimed_first_and_by_nobody_else(owed: list[int], take: Take) -> None:
    _, first = take(3)
    _, second = take(3)
    assert [each.id for each in first] == owed[:3]
    assert [each.id for each in second] == owed[3:]
    assert take(3)[1] == []


def test_a_lane_gives_only_its_own(owed: list[int], take: Take) -> None:
    assert take(lane=Lane.BULK)[1] == []
    assert lanes_with_work() == [Lane.PROMPT]


def test_what_is_not_due_is_not_claimed(owed: list[int], take: Take, session: Session) -> None:
    session.execute(text("update deliveries set due_at = clock_timestamp() + interval '1 minute'"))
    assert take()[1] == []
    assert lanes_with_work() == []


def test_a_claim_keeps_the_moment_of_the_first_one(owed: list[int], take: Take) -> None:
    owner, first = take(1)
    claim = db.session.get_one(Claim, owner)
    assert first[0].first is None
    release(owed[:1], claim_ids=[owner], wait=NOTHING)
    _, again = take(9)
    assert again[0].first == Fixed(claim.at, claim.key_id, tuple(claim.dkim))
    assert delivery(owed[0]).first_claim_id == owner


def test_what_was_never_offered_is_given_back_as_it_was(owed: list[int], take: Take) -> None:
    db.session.execute(update(Delivery).where(Delivery.id == owed[1]).values(attempts=2))
    db.session.execute(
        update(Delivery).where(Delivery.id == owed[2]).values(attempts=2, unclear_count=1)
    )
    owner, _ = take()
    release(owed, claim_ids=[owner], wait=NOTHING)
    assert statuses() == ["pending", "deferred", "unclear", "pending"]


def test_what_is_given_back_waits_as_long_as_asked(owed: list[int], take: Take) -> None:
    owner, _ = take(1)
    release(owed[:1], claim_ids=[owner], wait=timedelta(minutes=5))
    assert len(take()[1]) == 3


def test_nobody_can_touch_the_claim_of_another(owed: list[int], take: Take) -> None:
    owner, _ = take()
    release(owed, claim_ids=[owner + 1], wait=NOTHING)
    assert renew([owner + 1], lease=timedelta(hours=1)) == []
    assert statuses() == ["claimed"] * 4


def test_a_claim_of_which_the_worker_never_heard_is_given_back(
    owed: list[int], take: Take
) -> None:
    known, _ = take(1)
    take(2)
    assert let_go_unknown("another", known=[]) == 0
    assert let_go_unknown("w", known=[known]) == 2
    assert statuses() == ["claimed", "pending", "pending", "pending"]


def test_what_is_no_longer_owed_is_skipped_with_its_reason(owed: list[int], take: Take) -> None:
    skip(owed[:1], reason=SkipReason.SUPPRESSED)
    skipped = delivery(owed[0])
    assert (skipped.status, skipped.skip_reason) == (DeliveryStatus.SKIPPED, "suppressed")
    assert skipped.ended_at is not None
    assert [each.id for each in take()[1]] == owed[1:]


def test_a_renewed_lease_is_not_abandoned(owed: list[int], take: Take) -> None:
    owner, _ = take(seconds=-1)
    assert renew([owner], lease=timedelta(minutes=1)) == [owner]
    assert material.expire() == 0


def test_an_abandoned_claim_is_unclear_counted_and_due_again(owed: list[int], take: Take) -> None:
    owner, _ = take(2, seconds=-1)
    take(2)
    assert material.expire() == 2
    assert statuses() == ["unclear", "unclear", "claimed", "claimed"]
    assert [(delivery(each).attempts, delivery(each).unclear_count) for each in owed[:2]] == [
        (1, 1), (1, 1)]
    notes = db.session.scalars(select(Attempt)).all()
    assert {(each.claim_id, each.outcome, each.worker) for each in notes} == {
        (owner, Outcome.UNCLEAR, "recovery")}
    assert material.expire() == 0
    assert [each.id for each in take()[1]] == owed[:2]


def test_a_mail_with_a_key_is_queued_once(session: Session) -> None:
    who = material.reader().subscriber_id
    mail = SingleMail(kind=MailKind.WELCOME, subscriber_id=who, idempotency_key="welcome:x")
    assert queue_single(mail, now=material.NOW) is not None
    assert queue_single(mail, now=material.NOW) is None
    assert len(material.deliveries(MailKind.WELCOME)) == 1


def test_many_workers_at_once_claim_each_delivery_once(committed: Flask) -> None:
    with transaction():
        who = material.reader().subscriber_id
        for _ in range(100):
            queue_single(SingleMail(kind=MailKind.WELCOME, subscriber_id=who), now=material.NOW)
        db.session.execute(text("update deliveries set due_at = clock_timestamp()"))

    def work(_: int) -> list[int]:
        found = []
        with committed.app_context():
            while True:
                with transaction():
                    _, mine = material.claimed(limit=7)
                if not mine:
                    return found
                found += [each.id for each in mine]

    with ThreadPoolExecutor(6) as threads:
        claimed = [each for ids in threads.map(work, range(6)) for each in ids]
    assert len(claimed) == len(set(claimed)) == 100
