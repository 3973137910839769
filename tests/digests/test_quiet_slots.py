"""A missed slot and the quiet hours: it waits, the limit counts on, a person may ask."""

from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from newsletter.articles.models import Article
from newsletter.catalogue.queries import magazine
from newsletter.core import settings
from newsletter.deliveries.alarm import open_alarms
from newsletter.deliveries.models import MailKind
from newsletter.digests.models import DigestSlot, SlotStatus
from newsletter.digests.queries import due_slots
from newsletter.digests.rhythm import moment_of
from newsletter.mailings.models import Mailing
from newsletter.sending.carry_out import carry_out_slot
from tests import material
from tests.material import article, reader, slot

TODAY = date(2026, 11, 10)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def at(hour: int, minute: int = 0, *, day: date = TODAY) -> datetime:
    return moment_of(day, time(hour, minute))


@pytest.fixture(autouse=True)
def _a_house_that_is_quiet_from_eight_to_seven(session: Session) -> None:
    session.execute(delete(DigestSlot))
    session.execute(update(Article).values(released_at=None))
    magazine().quiet_from, magazine().quiet_until = time(20), time(7)
    reader("data")
    article("data")


def carried_out(found: DigestSlot, now: datetime, **how: bool) -> SlotStatus:
    carry_out_slot(found.id, settings=settings(), now=now, **how)
    return found.status


def test_a_missed_slot_waits_for_the_end_of_the_quiet_hours(session: Session) -> None:
    missed = slot(at=at(5))
    for now in (at(5, 20), at(6, 59)):
        assert carried_out(missed, now) is SlotStatus.PLANNED
        assert due_slots(now) == [missed.id]  # so that the tick asks again
        assert session.scalar(select(func.count()).select_from(Mailing)) == 0
    assert carried_out(missed, at(7)) is SlotStatus.CARRIED_OUT
    assert len(material.deliveries(MailKind.DIGEST)) == 1


def test_one_that_was_missed_before_they_began_waits_too() -> None:
    missed = slot(at=at(18))
    assert carried_out(missed, at(20, 30)) is SlotStatus.PLANNED
    assert open_alarms() == []


def test_the_limit_of_lateness_counts_on_while_it_waits() -> None:
    missed = slot(at=at(18))
    limit = timedelta(hours=settings().lateness_hours)
    assert carried_out(missed, at(18) + limit) is SlotStatus.PLANNED
    assert carried_out(missed, at(18) + limit + MINUTE) is SlotStatus.LATE
    assert [each.kind for each in open_alarms()] == ["digest_late"]
    assert carried_out(missed, at(7, day=TODAY + timedelta(days=1))) is SlotStatus.LATE
    assert material.deliveries(MailKind.DIGEST) == []


def test_a_person_may_ask_for_it_in_the_quiet_hours() -> None:
    assert carried_out(slot(at=at(18)), at(21), is_asked=True) is SlotStatus.CARRIED_OUT


def test_while_sending_is_held_it_is_planned_for_nothing_leaves_by_it() -> None:
    assert carried_out(slot(at=at(18)), at(21), is_held=True) is SlotStatus.CARRIED_OUT


def test_one_that_came_just_before_them_is_on_time() -> None:
    assert carried_out(slot(at=at(19, 59)), at(20, 1)) is SlotStatus.CARRIED_OUT


def test_one_that_was_planned_in_hours_that_became_quiet_waits() -> None:
    assert carried_out(slot(at=at(20)), at(20)) is SlotStatus.PLANNED


def test_after_them_the_newest_takes_the_others_over(session: Session) -> None:
    slots = [slot(at=at(hour)) for hour in (3, 4, 5)]
    for each in slots:
        carried_out(each, at(6))
    newest = due_slots(at(7))
    assert newest == [slots[-1].id]
    assert carried_out(slots[-1], at(7)) is SlotStatus.CARRIED_OUT
    assert [each.status for each in slots[:-1]] == [SlotStatus.MERGED] * 2
    assert len(material.deliveries(MailKind.DIGEST)) == 1


def test_a_house_without_quiet_hours_carries_out_at_any_hour() -> None:
    magazine().quiet_from = magazine().quiet_until = time(20)
    assert carried_out(slot(at=at(2)), at(3)) is SlotStatus.CARRIED_OUT
