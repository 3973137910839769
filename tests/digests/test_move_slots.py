"""Another rhythm moves what is planned, and nothing that an editor prepared is lost by it."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from newsletter.digests.add_slot import add_slot
from newsletter.digests.models import DigestSlot, SlotStatus, Treatment
from newsletter.digests.plan_slots import plan_slots
from newsletter.digests.prepare import Prepared, prepare
from newsletter.digests.queries import get_slot, treated_in, waiting_slots
from newsletter.digests.quiet_hours import NONE, QuietHours
from newsletter.digests.rhythm import Rhythm, moment_of
from newsletter.errors import NotFound
from newsletter.extensions import db
from newsletter.subscribers.models import Cadence
from tests.material import NOW, article

HOUSE = Rhythm(1, time(8), 1, time(8))
NIGHT = QuietHours(time(20), time(7))
DAY = timedelta(days=1)
MONDAY = NOW - DAY
THURSDAY = moment_of(date(2026, 11, 12), time(9, 30))
THURSDAYS = Rhythm(3, time(9, 30), 1, time(8))


@pytest.fixture(autouse=True)
def _planned_by_the_house(session: Session) -> None:
    """Only the slots that the house's rhythm plans on Monday 9 November 2026."""
    session.execute(delete(DigestSlot))
    plan_slots(HOUSE, now=MONDAY)


def _at(moment: datetime, cadence: Cadence = Cadence.WEEKLY) -> DigestSlot:
    db.session.expire_all()
    return db.session.scalars(select(DigestSlot).where(
        DigestSlot.cadence == cadence, DigestSlot.slot_at == moment)).one()


def _moments(cadence: Cadence = Cadence.WEEKLY) -> list[datetime]:
    return list(db.session.scalars(select(DigestSlot.slot_at).where(
        DigestSlot.cadence == cadence).order_by(DigestSlot.slot_at)))


def _prepare(found: DigestSlot, wanted: Prepared) -> int:
    return prepare(found.id, wanted, revision=found.revision, now=MONDAY).id


def _everything() -> Prepared:
    return Prepared(is_held=True, line="Lees ook dit.", treated={
        article("data").id: Treatment.LEFT_OUT, article("data").id: Treatment.PINNED})


@pytest.mark.parametrize("wanted", [
    lambda: Prepared(is_held=True),
    lambda: Prepared(line="Lees ook dit."),
    lambda: Prepared(treated={article("data").id: Treatment.LEFT_OUT}),
    lambda: Prepared(treated={article("data").id: Treatment.PINNED}),
    _everything,
], ids=["held", "line", "left out", "pinned", "everything"])
def test_what_was_prepared_moves_along_with_its_slot(wanted: Callable[[], Prepared]) -> None:
    given = wanted()
    slot_id = _prepare(_at(NOW), given)
    for _ in range(2):
        plan_slots(THURSDAYS, now=MONDAY)
        moved = _at(THURSDAY)
        assert (moved.id, moved.slot_on) == (slot_id, date(2026, 11, 12))
        assert (moved.is_held, moved.editorial_line) == (given.is_held, given.line)
        assert treated_in(moved) == given.treated
        assert NOW not in _moments()


def test_a_slot_that_is_held_still_waits_at_its_new_moment() -> None:
    slot_id = _prepare(_at(NOW), Prepared(is_held=True))
    plan_slots(THURSDAYS, now=MONDAY)
    assert waiting_slots(NOW + DAY) == []
    assert [slot.id for slot in waiting_slots(THURSDAY)] == [slot_id]


def test_who_has_a_slot_open_saves_it_after_it_moved() -> None:
    before = _at(NOW)
    slot_id, revision = before.id, before.revision
    plan_slots(THURSDAYS, now=MONDAY)
    saved = prepare(slot_id, Prepared(line="Later"), revision=revision, now=MONDAY)
    assert (saved.slot_at, saved.editorial_line) == (THURSDAY, "Later")


def test_a_rhythm_there_and_back_leaves_every_slot_as_it_was() -> None:
    for moment in _moments():
        _prepare(_at(moment), _everything())
    rows = select(DigestSlot.id, DigestSlot.slot_on, DigestSlot.slot_at, DigestSlot.is_held,
                  DigestSlot.editorial_line, DigestSlot.revision).order_by(DigestSlot.id)
    before = db.session.execute(rows).all()
    treated = [treated_in(get_slot(row.id)) for row in before]
    assert plan_slots(THURSDAYS, now=MONDAY) == len(_moments())
    assert plan_slots(HOUSE, now=MONDAY) == len(_moments())
    assert plan_slots(HOUSE, now=MONDAY) == 0
    assert db.session.execute(rows).all() == before
    assert [treated_in(get_slot(row.id)) for row in before] == treated


def test_one_moves_to_where_another_still_stands() -> None:
    """Each week's slot stands on the moment of the next, which stands in its way back."""
    before = {_prepare(_at(moment), _everything()): moment for moment in _moments()}
    for slot_id in reversed(before):
        get_slot(slot_id).slot_at += 7 * DAY
        db.session.flush()
    plan_slots(HOUSE, now=MONDAY)
    assert {slot_id: get_slot(slot_id).slot_at for slot_id in before} == before
    assert all(get_slot(slot_id).is_held for slot_id in before)


def test_a_prepared_slot_moves_further_than_slots_are_planned_ahead() -> None:
    december = moment_of(date(2026, 12, 1), time(8))
    slot_id = _prepare(_at(december, Cadence.MONTHLY), Prepared(is_held=True))
    for _ in range(2):
        plan_slots(Rhythm(1, time(8), 31, time(8)), now=MONDAY)
        moved = get_slot(slot_id)
        assert (moved.slot_on, moved.is_held) == (date(2026, 12, 31), True)


def test_a_prepared_slot_whose_new_moment_has_passed_stays_as_it_was() -> None:
    plan_slots(THURSDAYS, now=MONDAY)
    slot_id = _prepare(_at(THURSDAY), Prepared(is_held=True, line="Lees ook dit."))
    plan_slots(HOUSE, now=NOW + DAY)
    stayed = _at(THURSDAY)
    assert (stayed.id, stayed.is_held, stayed.editorial_line) == (slot_id, True, "Lees ook dit.")


def _added(moment: datetime, wanted: Prepared | None = None) -> int:
    slot_id = add_slot(Cadence.WEEKLY, slot_at=moment, quiet=NONE, now=MONDAY)
    if wanted:
        _prepare(get_slot(slot_id), wanted)
    return slot_id


def test_what_was_added_without_preparing_gives_way_to_what_was_prepared() -> None:
    added = _added(THURSDAY)
    slot_id = _prepare(_at(NOW), _everything())
    for _ in range(2):
        plan_slots(THURSDAYS, now=MONDAY)
        assert _at(THURSDAY).id == slot_id
    with pytest.raises(NotFound):
        get_slot(added)


def test_what_was_added_and_prepared_becomes_the_rhythms_where_nothing_else_was() -> None:
    added = _added(THURSDAY, Prepared(is_held=True))
    for _ in range(2):
        plan_slots(THURSDAYS, now=MONDAY)
        found = _at(THURSDAY)
        assert (found.id, found.is_held, found.period_on) == (added, True, date(2026, 11, 9))
        assert _moments().count(NOW) == 0


def test_where_both_were_prepared_both_stay_with_what_was_prepared() -> None:
    added = _added(THURSDAY, Prepared(line="Extra"))
    slot_id = _prepare(_at(NOW), Prepared(is_held=True))
    for _ in range(2):
        plan_slots(THURSDAYS, now=MONDAY)
        assert (_at(THURSDAY).id, _at(THURSDAY).editorial_line) == (added, "Extra")
        assert (_at(NOW).id, _at(NOW).is_held) == (slot_id, True)


def test_a_slot_that_stays_stops_what_would_move_to_its_place() -> None:
    """The first is stopped by what was added, and the second would have come where it stands."""
    first, second = _at(NOW), _at(NOW + 7 * DAY)
    _prepare(first, Prepared(line="Een"))
    _prepare(second, Prepared(line="Twee"))
    _added(THURSDAY, Prepared(line="Extra"))
    first.slot_at = moment_of(date(2026, 11, 19), time(9, 30))
    plan_slots(THURSDAYS, now=MONDAY)
    assert (get_slot(first.id).editorial_line, get_slot(first.id).slot_at) == (
        "Een", moment_of(date(2026, 11, 19), time(9, 30)))
    assert (get_slot(second.id).editorial_line, get_slot(second.id).slot_at) == (
        "Twee", NOW + 7 * DAY)


def test_quiet_hours_move_what_was_prepared_to_their_end() -> None:
    early = Rhythm(1, time(6), 1, time(6))
    plan_slots(early, now=MONDAY)
    slot_id = _prepare(_at(moment_of(date(2026, 11, 10), time(6))), _everything())
    plan_slots(Rhythm(1, time(6), 1, time(6), NIGHT), now=MONDAY)
    moved = _at(moment_of(date(2026, 11, 10), time(7)))
    assert (moved.id, moved.is_held, moved.status) == (slot_id, True, SlotStatus.PLANNED)
    assert len(treated_in(moved)) == 2
