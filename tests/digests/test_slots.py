"""Slots as rows: planned once for each week or month, moved when the rhythm is, added by hand."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from newsletter.catalogue.queries import magazine
from newsletter.clock import AMSTERDAM
from newsletter.digests.add_slot import add_slot
from newsletter.digests.models import DigestSlot, SlotStatus
from newsletter.digests.plan_slots import AHEAD, plan_slots
from newsletter.digests.queries import due_slots
from newsletter.digests.quiet_hours import NONE, QuietHours
from newsletter.digests.rhythm import Place, Rhythm, moment_of, rhythm_of, slots_between
from newsletter.errors import BadMoment, WrongState
from newsletter.extensions import db
from newsletter.subscribers.models import Cadence
from newsletter.transaction import transaction
from tests.material import NOW, slot

HOUSE = Rhythm(1, time(8), 1, time(8))
NIGHT = QuietHours(time(20), time(7))
DAY = timedelta(days=1)


@pytest.fixture
def empty(session: Session) -> Session:
    """A database without the seeds' own slots."""
    session.execute(delete(DigestSlot))
    return session


def planned(session: Session, cadence: Cadence = Cadence.WEEKLY) -> list[date]:
    """The days of the planned slots, in order."""
    return list(session.scalars(
        select(DigestSlot.slot_on).where(DigestSlot.cadence == cadence).order_by(
            DigestSlot.slot_at)))


def test_the_coming_slots_are_planned_once(empty: Session) -> None:
    assert plan_slots(HOUSE, now=NOW) == len([*_ahead(Cadence.WEEKLY), *_ahead(Cadence.MONTHLY)])
    assert plan_slots(HOUSE, now=NOW) == 0
    assert plan_slots(HOUSE, now=NOW + 7 * DAY) == 1
    rows = empty.execute(
        select(DigestSlot.cadence, DigestSlot.slot_on, func.count()).group_by(
            DigestSlot.cadence, DigestSlot.slot_on)
    ).all()
    assert all(count == 1 for _, _, count in rows)


def _ahead(cadence: Cadence) -> list[Place]:
    return list(slots_between(HOUSE, cadence, after=NOW, until=NOW + AHEAD))


def test_a_slot_on_a_public_holiday_is_planned_on_the_next_working_day(empty: Session) -> None:
    """The King's Day of 2027 is a Tuesday."""
    now = moment_of(date(2027, 4, 1), time(12))
    plan_slots(HOUSE, now=now)
    assert planned(empty) == [date(2027, 4, day) for day in (6, 13, 20, 28)] + [
        date(2027, 5, 4), date(2027, 5, 11)]
    assert plan_slots(HOUSE, now=now) == 0


def test_planning_again_between_a_holiday_and_the_day_it_moved_to_adds_nothing(
    empty: Session,
) -> None:
    plan_slots(HOUSE, now=moment_of(date(2027, 4, 21), time(12)))
    before = planned(empty)
    for at in (time(7, 59), time(8), time(8, 1)):
        plan_slots(HOUSE, now=moment_of(date(2027, 4, 27), at))
        plan_slots(HOUSE, now=moment_of(date(2027, 4, 28), at))
    assert planned(empty)[: len(before)] == before
    assert planned(empty).count(date(2027, 4, 28)) == 1
    assert date(2027, 4, 27) not in planned(empty)


def test_what_was_planned_on_a_holiday_before_there_was_a_rule_moves_once(empty: Session) -> None:
    now = moment_of(date(2027, 4, 21), time(12))
    kings_day = DigestSlot(cadence=Cadence.WEEKLY, slot_on=date(2027, 4, 27),
                           slot_at=moment_of(date(2027, 4, 27), time(8)),
                           period_on=date(2027, 4, 26))
    empty.add(kings_day)
    for _ in range(3):
        plan_slots(HOUSE, now=now)
    assert planned(empty)[:2] == [date(2027, 4, 28), date(2027, 5, 4)]


@pytest.mark.parametrize("status", [
    SlotStatus.CARRIED_OUT, SlotStatus.NOTHING_NEW, SlotStatus.MERGED, SlotStatus.LATE])
def test_a_week_that_had_its_slot_gets_no_second_when_the_weekday_changes(
    empty: Session, status: SlotStatus
) -> None:
    plan_slots(HOUSE, now=NOW - DAY)
    had = empty.scalars(select(DigestSlot).where(DigestSlot.slot_at == NOW)).one()
    had.status = status
    plan_slots(Rhythm(3, time(9), 1, time(8)), now=NOW + timedelta(hours=1))
    assert planned(empty)[:3] == [date(2026, 11, 10), date(2026, 11, 19), date(2026, 11, 26)]


def test_a_new_rhythm_moves_what_is_to_come_and_leaves_one_for_each_week_and_month(
    empty: Session,
) -> None:
    now = NOW - DAY  # a Monday
    plan_slots(HOUSE, now=now)
    plan_slots(Rhythm(4, time(9, 30), 31, time(10)), now=now)
    assert planned(empty) == [date(2026, 11, day) for day in (13, 20, 27)] + [
        date(2026, 12, 4), date(2026, 12, 11), date(2026, 12, 18)]
    assert planned(empty, Cadence.MONTHLY) == [date(2026, 11, 30)]
    periods = empty.execute(select(DigestSlot.cadence, DigestSlot.period_on)).all()
    assert len(set(periods)) == len(periods)


def test_a_slot_whose_new_moment_has_passed_stays_where_it_was(empty: Session) -> None:
    """On a Wednesday, from Thursdays to Mondays: this week has its mail on Thursday yet."""
    now = NOW + DAY
    plan_slots(Rhythm(3, time(8), 1, time(8)), now=now)
    plan_slots(Rhythm(0, time(8), 1, time(8)), now=now)
    assert planned(empty)[:3] == [date(2026, 11, 12), date(2026, 11, 16), date(2026, 11, 23)]


def test_a_slot_that_comes_within_minutes_is_not_moved_under_a_workers_hands(
    empty: Session,
) -> None:
    now = NOW - timedelta(minutes=4)
    plan_slots(HOUSE, now=now)
    plan_slots(Rhythm(2, time(8), 1, time(8)), now=now)
    assert planned(empty)[:2] == [date(2026, 11, 10), date(2026, 11, 18)]


def test_many_planners_with_different_rhythms_leave_one_for_each_week_and_month(
    committed: Flask,
) -> None:
    with transaction():
        db.session.execute(delete(DigestSlot))

    def plan(number: int) -> None:
        with committed.app_context(), transaction():
            plan_slots(Rhythm(1 + number % 4, time(8), 1 + number % 4, time(8)), now=NOW - DAY)

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(plan, range(12)))
    for cadence, fewest in ((Cadence.WEEKLY, 6), (Cadence.MONTHLY, 1)):
        periods = db.session.scalars(
            select(DigestSlot.period_on).where(DigestSlot.cadence == cadence)).all()
        assert len(periods) == len(set(periods)) >= fewest


def test_what_an_editor_added_at_the_very_moment_is_the_rhythms_slot(empty: Session) -> None:
    add_slot(Cadence.WEEKLY, slot_at=NOW, quiet=NONE, now=NOW - DAY)
    for _ in range(2):
        plan_slots(HOUSE, now=NOW - DAY)
    assert planned(empty)[:2] == [date(2026, 11, 10), date(2026, 11, 17)]
    assert empty.scalars(select(DigestSlot.period_on).where(DigestSlot.slot_at == NOW)).one()


def test_what_an_editor_added_beside_the_rhythm_stays_when_the_rhythm_changes(
    empty: Session,
) -> None:
    extra = moment_of(date(2026, 11, 21), time(15))
    add_slot(Cadence.WEEKLY, slot_at=extra, quiet=NONE, now=NOW)
    plan_slots(HOUSE, now=NOW)
    plan_slots(Rhythm(5, time(8), 1, time(8), NIGHT), now=NOW)
    assert empty.scalars(select(DigestSlot.period_on).where(DigestSlot.slot_at == extra)).all() == [
        None]


def test_when_hours_become_quiet_what_was_planned_in_them_moves_to_their_end(
    empty: Session,
) -> None:
    early = Rhythm(1, time(6), 1, time(22))
    plan_slots(early, now=NOW)
    add_slot(Cadence.WEEKLY, slot_at=moment_of(date(2026, 11, 20), time(23)), quiet=NONE, now=NOW)
    for _ in range(2):
        plan_slots(Rhythm(1, time(6), 1, time(22), NIGHT), now=NOW)
    moments = empty.scalars(select(DigestSlot.slot_at).order_by(DigestSlot.slot_at)).all()
    assert {moment.astimezone(AMSTERDAM).time() for moment in moments} == {time(7)}
    assert planned(empty)[:3] == [date(2026, 11, 17), date(2026, 11, 21), date(2026, 11, 24)]
    assert planned(empty, Cadence.MONTHLY) == [date(2026, 12, 2)]


def test_two_that_would_come_at_the_end_of_the_quiet_hours_stay_two_rows_that_merge(
    empty: Session,
) -> None:
    for at in (time(22), time(23)):
        add_slot(Cadence.WEEKLY, slot_at=moment_of(date(2026, 11, 20), at), quiet=NONE, now=NOW)
    plan_slots(Rhythm(1, time(8), 1, time(8), NIGHT), now=NOW)
    assert planned(empty)[1:3] == [date(2026, 11, 20), date(2026, 11, 21)]


@pytest.mark.parametrize(("at", "is_quiet"), [
    (time(19, 59), False), (time(20), True), (time(23, 59), True), (time(0), True),
    (time(6, 59), True), (time(7), False)])
def test_a_slot_is_not_added_in_the_quiet_hours(
    session: Session, at: time, is_quiet: bool
) -> None:
    slot_at = moment_of(date(2026, 11, 21), at)
    if not is_quiet:
        assert add_slot(Cadence.WEEKLY, slot_at=slot_at, quiet=NIGHT, now=NOW)
        return
    with pytest.raises(BadMoment, match="quiet_hours") as refused:
        add_slot(Cadence.WEEKLY, slot_at=slot_at, quiet=NIGHT, now=NOW)
    assert refused.value.field == "slot_at"
    assert add_slot(Cadence.WEEKLY, slot_at=slot_at, quiet=NONE, now=NOW)


def test_the_house_keeps_the_rhythm_of_its_catalogue(session: Session) -> None:
    assert rhythm_of(magazine()) == HOUSE


def test_an_added_slot_lies_in_the_future_and_is_there_once(session: Session) -> None:
    with pytest.raises(BadMoment, match="past"):
        add_slot(Cadence.WEEKLY, slot_at=NOW, quiet=NONE, now=NOW)
    later = NOW + timedelta(minutes=1)
    assert add_slot(Cadence.WEEKLY, slot_at=later, quiet=NONE, now=NOW)
    with pytest.raises(WrongState, match="slot_exists"):
        add_slot(Cadence.WEEKLY, slot_at=later, quiet=NONE, now=NOW)


def test_an_added_slot_falls_on_the_day_that_readers_have(session: Session) -> None:
    slot_id = add_slot(Cadence.WEEKLY, slot_at=datetime(2026, 12, 31, 23, 30, tzinfo=UTC),
                       quiet=NONE, now=NOW)
    found = session.get(DigestSlot, slot_id)
    assert found is not None
    assert found.slot_on == date(2027, 1, 1)


def test_of_the_missed_slots_of_a_cadence_only_the_newest_is_due(empty: Session) -> None:
    weekly = [slot(at=NOW + days * DAY) for days in (0, 7, 14)]
    monthly = slot(cadence=Cadence.MONTHLY, at=NOW + DAY)
    assert due_slots(NOW - timedelta(seconds=1)) == []
    assert due_slots(NOW) == [weekly[0].id]
    assert set(due_slots(NOW + 8 * DAY)) == {weekly[1].id, monthly.id}


def test_the_key_of_a_slot_is_in_utc_whatever_zone_the_database_speaks() -> None:
    first = DigestSlot(cadence=Cadence.WEEKLY, slot_at=datetime(
        2026, 10, 25, 2, 30, tzinfo=AMSTERDAM))
    second = DigestSlot(cadence=Cadence.WEEKLY, slot_at=datetime(
        2026, 10, 25, 2, 30, tzinfo=AMSTERDAM, fold=1))
    assert (first.key, second.key) == ("digest:weekly:2026-10-25T00:30Z",
                                       "digest:weekly:2026-10-25T01:30Z")


def test_two_slots_in_one_minute_have_two_keys() -> None:
    keys = {DigestSlot(cadence=Cadence.WEEKLY, slot_at=NOW + timedelta(seconds=n)).key
            for n in range(60)}
    assert len(keys) == 60
