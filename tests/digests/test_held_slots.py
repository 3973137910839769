"""Held slots: they wait for a release, leave once, and never beside the next of their cadence."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import count

import pytest
from flask import Flask
from sqlalchemy import delete, event, func, select, update
from sqlalchemy.orm import Session

from newsletter.articles.models import Article
from newsletter.core import settings
from newsletter.deliveries.alarm import open_alarms
from newsletter.deliveries.models import Delivery, MailKind
from newsletter.digests.models import DigestSlot, SlotStatus
from newsletter.digests.prepare import Prepared, prepare
from newsletter.digests.queries import due_slots, waiting_slots
from newsletter.digests.release import release, release_all, send_late
from newsletter.errors import WrongState
from newsletter.extensions import db
from newsletter.mailings.models import Mailing, Variant
from newsletter.sending.carry_out import carry_out_slot
from newsletter.transaction import transaction
from tests import material
from tests.material import NOW, article, reader, slot

WEEK, HOUR, SECOND = timedelta(days=7), timedelta(hours=1), timedelta(seconds=1)
HELD = Prepared(is_held=True)


@pytest.fixture(autouse=True)
def _no_other_slots(request: pytest.FixtureRequest) -> None:
    """The seeds' own slots and articles out of the way."""
    request.getfixturevalue("committed" if "committed" in request.fixturenames else "session")
    db.session.execute(delete(DigestSlot))
    db.session.execute(update(Article).values(released_at=None))
    db.session.commit()


def limit() -> timedelta:
    return timedelta(hours=settings().lateness_hours)


def held(at: datetime = NOW) -> DigestSlot:
    """A slot that waits for its release from `at` on, with a reader who is due an article."""
    if db.session.scalar(select(func.count()).select_from(Article).where(
            Article.released_at.is_not(None))) == 0:
        reader("data")
        article("data")
    found = slot(at=at)
    return prepare(found.id, HELD, revision=found.revision, now=at - HOUR)


def tick(at: datetime, *, is_asked: bool = False) -> None:
    """What the clock does of slots at a moment."""
    for slot_id in due_slots(at):
        carry_out_slot(slot_id, settings=settings(), now=at, is_asked=is_asked)


def let_go(found: DigestSlot, at: datetime) -> DigestSlot:
    with transaction():
        return release(found.id, limit=limit(), now=at)


def sent() -> int:
    return len(material.deliveries(MailKind.DIGEST))


def covered(found: DigestSlot) -> list[list[int]]:
    """The articles that each mail of a slot gives."""
    rows = db.session.scalars(
        select(Variant.article_ids).join(Delivery, Delivery.variant_id == Variant.id)
        .join(Mailing, Mailing.id == Delivery.mailing_id)
        .where(Mailing.digest_slot_id == found.id)
    )
    return [list(row) for row in rows]


def test_the_clock_does_not_send_what_is_held_and_it_waits(session: Session) -> None:
    found = held()
    for minutes in range(3):
        tick(NOW + timedelta(minutes=minutes))
    assert sent() == 0
    assert session.scalar(select(func.count()).select_from(Mailing)) == 0
    assert found.status is SlotStatus.HELD
    assert waiting_slots(NOW) == [found]


def test_nobody_sends_what_is_held_by_asking(session: Session) -> None:
    found = held()
    carry_out_slot(found.id, settings=settings(), now=NOW, is_asked=True)
    carry_out_slot(found.id, settings=settings(), now=NOW, is_asked=True)
    assert found.status is SlotStatus.HELD
    assert sent() == 0


def test_it_waits_beyond_the_limit_too_without_ringing(session: Session) -> None:
    found = held()
    tick(NOW + limit() + HOUR)
    assert found.status is SlotStatus.HELD
    assert open_alarms() == []


def test_released_it_leaves_with_its_own_cut_off(session: Session) -> None:
    found = held()
    later = article("data", released_at=NOW + SECOND)
    tick(NOW)
    let_go(found, NOW + HOUR)
    tick(NOW + HOUR)
    assert found.status is SlotStatus.CARRIED_OUT
    (ids,) = covered(found)
    assert later.id not in ids
    assert waiting_slots(NOW + HOUR) == []


def test_it_may_be_released_in_the_moment_before_the_clock_sees_it(session: Session) -> None:
    found = held()
    let_go(found, NOW)
    tick(NOW)
    assert found.status is SlotStatus.CARRIED_OUT
    assert sent() == 1


def test_only_what_is_held_and_whose_moment_has_come_can_be_released(session: Session) -> None:
    for found, at in ((held(), NOW - SECOND), (slot(at=NOW + WEEK), NOW + WEEK)):
        session.commit()
        with pytest.raises(WrongState, match="planned"):
            let_go(found, at)


def test_releasing_twice_sends_once(session: Session) -> None:
    found = held()
    tick(NOW)
    for minutes in range(3):
        let_go(found, NOW + timedelta(minutes=minutes))
        tick(NOW + timedelta(minutes=minutes))
    assert sent() == 1
    assert session.scalar(select(func.count()).select_from(Mailing)) == 1


def test_many_who_release_at_once_send_it_once(committed: Flask) -> None:
    with transaction():
        for _ in range(5):
            reader("data")
        article("data")
        slot_id = held().id
    tick(NOW)

    def press(_: int) -> None:
        with committed.app_context():
            with transaction():
                release(slot_id, limit=limit(), now=NOW + HOUR)
            carry_out_slot(slot_id, settings=settings(), now=NOW + HOUR)

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(press, range(12)))
    assert db.session.scalar(select(func.count()).select_from(Mailing)) == 1
    assert sent() == 5


def test_at_the_limit_it_still_leaves_and_a_slow_queue_does_not_make_it_late(
    session: Session,
) -> None:
    found = held()
    tick(NOW)
    let_go(found, NOW + limit())
    tick(NOW + limit() + HOUR)
    assert found.status is SlotStatus.CARRIED_OUT


def test_released_too_late_a_person_is_asked_and_may_send_it_after_all(session: Session) -> None:
    found, late = held(), NOW + limit() + SECOND
    tick(NOW)
    let_go(found, late)
    with pytest.raises(WrongState, match="late"):
        let_go(found, late)
    tick(late)
    assert found.status is SlotStatus.LATE
    assert sent() == 0
    assert [(each.kind, each.subject) for each in open_alarms()] == [("digest_late", found.key)]
    for _ in range(2):
        with transaction():
            send_late(found.id, now=late)
        tick(late)
    assert found.status is SlotStatus.CARRIED_OUT
    assert sent() == 1
    assert open_alarms() == []


def test_released_too_late_and_left_alone_the_next_slot_takes_it_over(session: Session) -> None:
    found, late = held(), NOW + limit() + SECOND
    tick(NOW)
    let_go(found, late)
    following = slot(at=NOW + WEEK)
    tick(NOW + WEEK)
    assert found.status is SlotStatus.MERGED
    assert following.status is SlotStatus.CARRIED_OUT
    assert open_alarms() == []
    assert sent() == 1


def test_only_what_is_late_can_be_sent_late(session: Session) -> None:
    found = held()
    tick(NOW)
    with pytest.raises(WrongState, match="held"):
        send_late(found.id, now=NOW)


def test_the_next_slot_takes_over_what_still_waits_with_its_articles(session: Session) -> None:
    found = held()
    tick(NOW)
    following = slot(at=NOW + WEEK)
    tick(NOW + WEEK)
    assert found.status is SlotStatus.MERGED
    (first,) = session.scalars(select(Article.id).where(Article.released_at.is_not(None)))
    assert covered(following) == [[first]]
    assert sent() == 1
    with pytest.raises(WrongState):
        let_go(found, NOW + WEEK)


def test_a_next_slot_that_is_held_too_takes_over_and_is_the_only_one_to_release(
    session: Session,
) -> None:
    found, following = held(), held(NOW + WEEK)
    tick(NOW)
    tick(NOW + WEEK)
    assert [found.status, following.status] == [SlotStatus.MERGED, SlotStatus.HELD]
    assert waiting_slots(NOW + WEEK) == [following]
    let_go(following, NOW + WEEK)
    tick(NOW + WEEK)
    assert sent() == 1


def test_in_the_seconds_before_the_clock_sees_the_next_none_leaves_beside_it(
    session: Session,
) -> None:
    found = held()
    tick(NOW)
    slot(at=NOW + WEEK)
    session.commit()
    with pytest.raises(WrongState, match="next_has_come"):
        let_go(found, NOW + WEEK)
    let_go(found, NOW + WEEK - SECOND)
    assert found.status is SlotStatus.LATE
    with pytest.raises(WrongState, match="next_has_come"):
        send_late(found.id, now=NOW + WEEK)


def test_a_slot_of_the_other_cadence_takes_nothing_over(session: Session) -> None:
    found = held()
    tick(NOW)
    slot(cadence=material.Cadence.MONTHLY, at=NOW + HOUR)
    tick(NOW + HOUR)
    let_go(found, NOW + HOUR)
    tick(NOW + HOUR)
    assert found.status is SlotStatus.CARRIED_OUT


def test_held_between_opening_and_planning_it_waits_all_the_same(committed: Flask) -> None:
    with transaction():
        reader("data")
        article("data")
        slot_id = slot().id
    opened = count()

    def hold(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        # What opens a mailing begins with this, in each of the two transactions.
        if statement.lstrip().startswith("with edition as") and next(opened) == 1:
            with db.engine.begin() as other:
                other.execute(update(DigestSlot).values(is_held=True))

    event.listen(db.engine, "before_cursor_execute", hold)
    try:
        carry_out_slot(slot_id, settings=settings(), now=NOW)
    finally:
        event.remove(db.engine, "before_cursor_execute", hold)
    assert sent() == 0
    tick(NOW)
    assert sent() == 0
    with transaction():
        release(slot_id, limit=limit(), now=NOW)
    tick(NOW)
    assert sent() == 1


def test_after_a_restore_nothing_that_was_due_is_held_any_more(session: Session) -> None:
    found, coming = held(), held(NOW + WEEK)
    tick(NOW)
    assert release_all(NOW + HOUR) == [found.key]
    session.refresh(found)
    assert (found.status, found.is_held) == (SlotStatus.PLANNED, False)
    assert coming.is_held
    assert due_slots(NOW + HOUR) == [found.id]
