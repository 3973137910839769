"""R23: a database that is behind the mark outside it sends nothing until a person saw to it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from newsletter import clock
from newsletter.accounts.audit_models import AuditEntry
from newsletter.core import settings
from newsletter.deliveries.alarm import clear_alarm, find_open_alarm
from newsletter.deliveries.hold import RESTORED_ALARM, find_open_restore, numbers, release
from newsletter.deliveries.models import Claim, Delivery, DeliveryStatus, SwitchName
from newsletter.deliveries.partitions import STRIDE
from newsletter.deliveries.switch import is_on
from newsletter.errors import WrongState
from newsletter.extensions import db
from newsletter.high_water import Mark
from newsletter.jobs import Lane
from newsletter.sending.carry_out import carry_out_edition
from newsletter.sending.notice_restore import MARK_ALARM, mark_of, notice_restore
from newsletter.sending.run import Post
from newsletter.transaction import transaction
from tests import material
from tests.faults.relay import Relay
from tests.sending.published import publish

OpenHouse = Callable[..., AbstractContextManager[Any]]
FAR = 5_000


@pytest.fixture
def relay() -> Iterator[Relay]:
    with Relay() as opened:
        yield opened


@pytest.fixture
def post(relay: Relay, house: OpenHouse) -> Iterator[Post]:
    with house(relay) as (_, post):
        yield post


def _mark() -> Mark:
    return mark_of(settings()).read()


def _fall_behind(by_claims: int = FAR, *, bulk: int = 0) -> None:
    """As if so many claims had been made, and a backup of before them came back."""
    mark_of(settings()).raise_to(by_claims, lane=Lane.BULK, delivery_id=bulk)


def _is_held() -> bool:
    db.session.rollback()
    return is_on(SwitchName.SENDING_HELD) and find_open_alarm(*RESTORED_ALARM) is not None


def test_each_claim_raises_the_mark_before_anything_of_it_leaves(relay: Relay, post: Post) -> None:
    publish(5)
    post.run(Lane.BULK, seconds=30)
    db.session.rollback()
    assert _mark().claim == db.session.scalar(select(func.max(Claim.id)))
    assert _mark().claimed(Lane.BULK) == db.session.scalar(select(func.max(Delivery.id)))
    assert len(relay.journal.entries) == 5


def test_a_worker_that_runs_notices_at_its_next_claim(relay: Relay, post: Post) -> None:
    publish(3)
    post.run(Lane.BULK, seconds=30)
    _publish_more(4)
    _fall_behind()
    post.run(Lane.BULK, seconds=1)
    assert _is_held()
    assert len(relay.journal.entries) == 3
    left = db.session.scalars(
        select(Delivery.status).where(Delivery.status != DeliveryStatus.SENT)).all()
    assert left == [DeliveryStatus.PENDING] * 7
    assert db.session.scalars(select(Claim.id).where(Claim.lease_until.is_not(None))).all() == []


def _publish_more(readers: int) -> None:
    with transaction():
        for _ in range(readers):
            material.reader()
        edition_id = material.edition([material.article("data")], number=7).id
    carry_out_edition(edition_id, settings=settings(), now=material.NOW)


def test_a_worker_that_starts_on_a_restored_database_sends_nothing(
    relay: Relay, post: Post
) -> None:
    publish(3)
    _fall_behind()
    post.run(Lane.BULK, seconds=1)
    assert _is_held()
    assert relay.journal.entries == []
    (entry,) = db.session.scalars(select(AuditEntry).where(AuditEntry.act == "sending_held")).all()
    assert (entry.actor, entry.details) == ("system", {"marked_claim": FAR})


def test_the_tick_notices_and_no_number_is_given_out_again(post: Post) -> None:
    publish(3)
    before = numbers()
    _fall_behind(bulk=before.delivery + 40)
    assert notice_restore(settings(), now=clock.now())
    assert notice_restore(settings(), now=clock.now())
    restore = find_open_restore()
    assert restore is not None
    assert (restore.found_claim, restore.found_delivery) == (before.claim, before.delivery)
    assert (restore.marked_claim, restore.marked_bulk) == (FAR, before.delivery + 40)
    assert restore.first_delivery == STRIDE
    assert numbers().claim > FAR
    with transaction():
        newcomer = material.reader().subscriber_id
        assert newcomer > 1_000_000
        assert numbers().delivery >= STRIDE


def test_an_alarm_that_somebody_closed_rings_again_while_sending_is_held(post: Post) -> None:
    _fall_behind()
    notice_restore(settings(), now=clock.now())
    with transaction():
        clear_alarm(*RESTORED_ALARM, now=clock.now())
    notice_restore(settings(), now=clock.now())
    assert _is_held()


def test_sending_is_not_released_before_all_is_reconciled(relay: Relay, post: Post) -> None:
    publish(3)
    _fall_behind()
    notice_restore(settings(), now=clock.now())
    with pytest.raises(WrongState, match="reconcile"), transaction():
        release(by="operator:robin", now=clock.now())
    with transaction():
        restore = find_open_restore()
        assert restore is not None
        restore.reconciled_at = clock.now()
    with transaction():
        release(by="operator:robin", now=clock.now())
    assert not _is_held()
    post.run(Lane.BULK, seconds=30)
    assert len(relay.journal.entries) == 3
    assert not notice_restore(settings(), now=clock.now())


def test_a_second_older_backup_is_noticed_as_well(post: Post) -> None:
    _fall_behind()
    notice_restore(settings(), now=clock.now())
    first = find_open_restore()
    assert first is not None
    first_id, first_number = first.id, first.first_delivery
    _fall_behind(10_000_000)
    notice_restore(settings(), now=clock.now())
    again = find_open_restore()
    assert again is not None
    assert (again.id, again.marked_claim) == (first_id, 10_000_000)
    assert (again.first_delivery or 0) > (first_number or 0)


def test_without_a_mark_that_can_be_written_nothing_is_sent(
    relay: Relay, house: OpenHouse, tmp_path: Path
) -> None:
    blocked = tmp_path / "blocked"
    blocked.touch()
    with house(relay, HIGH_WATER=str(blocked / "high-water")) as (_, post):
        publish(2)
        post.run(Lane.BULK, seconds=1)
        db.session.rollback()
        assert relay.journal.entries == []
        assert find_open_alarm(*MARK_ALARM) is not None
        blocked.unlink()
        post.run(Lane.BULK, seconds=30)
        db.session.rollback()
        assert len(relay.journal.entries) == 2
        assert find_open_alarm(*MARK_ALARM) is None


def test_a_mark_that_is_lost_in_mid_run_begins_anew(relay: Relay, post: Post) -> None:
    publish(2)
    post.run(Lane.BULK, seconds=30)
    settings().high_water.unlink()
    _publish_more(2)
    post.run(Lane.BULK, seconds=30)
    assert len(relay.journal.entries) == 2 + 4
    assert _mark().claim > 0
