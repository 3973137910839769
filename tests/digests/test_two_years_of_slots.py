"""Two years of slots with the house away at random: no week or month without one, none with two."""

from datetime import date, datetime, time, timedelta
from itertools import pairwise
from random import Random

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from newsletter.catalogue.models import Magazine
from newsletter.catalogue.queries import magazine
from newsletter.clock import AMSTERDAM
from newsletter.core import settings
from newsletter.digests.models import DigestSlot, SlotStatus
from newsletter.digests.plan_slots import plan_slots
from newsletter.digests.queries import due_slots
from newsletter.digests.rhythm import moment_of, rhythm_of
from newsletter.mailings.models import Mailing, MailingStatus
from newsletter.sending.carry_out import carry_out_slot
from newsletter.subscribers.models import Cadence
from newsletter.working_days import holiday_name

FIRST, LAST = date(2026, 9, 1), date(2028, 9, 1)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
DONE = (SlotStatus.CARRIED_OUT, SlotStatus.NOTHING_NEW)


def _set(house: Magazine, weekday: int, day: int, at: time, quiet: tuple[time, time]) -> None:
    house.weekly_weekday, house.weekly_at = weekday, at
    house.monthly_day, house.monthly_at = day, at
    house.quiet_from, house.quiet_until = quiet


def _live(chance: Random, *, away: float) -> None:
    """Plan and carry out as the tick does, and be `away` so often, for up to twenty days."""
    now, end = moment_of(FIRST, time(10)), moment_of(LAST, time(10))
    while now < end:
        plan_slots(rhythm_of(magazine()), now=now)
        for slot_id in due_slots(now):
            carry_out_slot(slot_id, settings=settings(), now=now)
        coming = select(func.min(DigestSlot.slot_at)).where(DigestSlot.slot_at > now)
        next_at = _session().scalar(coming) or end
        wake_at = magazine().quiet_until
        # At the next slot, or before it at the end of the quiet hours if something waits for that.
        if due_slots(now):
            today = now.astimezone(AMSTERDAM).date()
            ends = [moment_of(day, wake_at) for day in (today, today + DAY)]
            next_at = min(next_at, *(at for at in ends if at > now))
        now = next_at + (chance.uniform(0, 20) * DAY if chance.random() < away else 3 * SECOND)


def _session() -> Session:
    session = Session.object_session(magazine())
    assert session is not None
    return session


def _slots(cadence: Cadence) -> list[DigestSlot]:
    return list(_session().scalars(
        select(DigestSlot).where(DigestSlot.cadence == cadence).order_by(DigestSlot.slot_at)))


def _has_one_for_each_period(slots: list[DigestSlot]) -> bool:
    periods = [slot.period_on for slot in slots if slot.period_on]
    after = {Cadence.WEEKLY: lambda on: on + 7 * DAY,
             Cadence.MONTHLY: lambda on: (on + 31 * DAY).replace(day=1)}[slots[0].cadence]
    return len(periods) == len(slots) and all(
        after(one) == other for one, other in pairwise(periods))


NONE, NIGHT = (time(0), time(0)), (time(20), time(7))


@pytest.mark.parametrize(("weekday", "day", "at", "quiet", "away"), [
    # Both nights of the clock, and the last of each month.
    pytest.param(6, 31, time(2, 30), NONE, 0.0, id="half past two"),
    # Christmas, Good Friday, and past midnight.
    pytest.param(4, 25, time(22), NIGHT, 0.15, id="late on Friday, often away"),
    pytest.param(6, 31, time(2, 30), NONE, 0.15, id="half past two, often away",
                 marks=pytest.mark.long),
    pytest.param(4, 25, time(22), NIGHT, 0.0, id="late on Friday", marks=pytest.mark.long),
    pytest.param(1, 1, time(8), NONE, 0.15, id="the house, often away", marks=pytest.mark.long),
    pytest.param(1, 29, time(8), NIGHT, 0.0, id="leap day", marks=pytest.mark.long),
])
def test_two_years_have_no_gap_and_no_double(
    session: Session, weekday: int, day: int, at: time, quiet: tuple[time, time], away: float
) -> None:
    session.execute(delete(DigestSlot))
    _set(magazine(), weekday, day, at, quiet)
    _live(Random(f"{weekday} {away}"), away=away)
    for cadence, at_least in ((Cadence.WEEKLY, 104), (Cadence.MONTHLY, 24)):
        slots = _slots(cadence)
        assert len(slots) >= at_least
        assert _has_one_for_each_period(slots)
        assert not any(holiday_name(slot.slot_on) for slot in slots)
        done = [slot for slot in slots if slot.status in DONE]
        # What one was too late for, or missed, the next one has in its window.
        assert all(later.window_from == earlier.slot_at for earlier, later in pairwise(done))
        past = [slot for slot in slots if slot.slot_at < moment_of(LAST, time(0)) - 21 * DAY]
        assert {slot.status for slot in past} <= {*DONE, SlotStatus.MERGED}
        if not away:
            assert {slot.status for slot in past} <= set(DONE)
        open_ones = session.scalar(select(func.count()).select_from(Mailing).where(
            Mailing.status.not_in([MailingStatus.FINISHED, MailingStatus.CANCELLED])))
        assert open_ones == 0


def test_a_rhythm_that_changes_each_few_weeks_leaves_no_gap_and_no_double(
    session: Session,
) -> None:
    session.execute(delete(DigestSlot))
    chance, now = Random(7), datetime(2026, 9, 1, 23, tzinfo=AMSTERDAM)
    while now.date() < LAST:
        if chance.random() < 0.1:
            hours = [time(chance.randrange(24)) for _ in range(3)]
            _set(magazine(), chance.randrange(7), chance.randint(1, 31), hours[0],
                 chance.choice([NONE, (hours[1], hours[2])]))
        plan_slots(rhythm_of(magazine()), now=now)
        for slot_id in due_slots(now):
            carry_out_slot(slot_id, settings=settings(), now=now, is_asked=True)
        now += DAY
    for cadence in (Cadence.WEEKLY, Cadence.MONTHLY):
        periods = sorted(slot.period_on for slot in _slots(cadence) if slot.period_on)
        assert len(set(periods)) == len(periods) == len(_slots(cadence))
        done = [slot for slot in _slots(cadence) if slot.status in DONE]
        assert all(later.window_from == earlier.slot_at for earlier, later in pairwise(done))
        weeks = [(later - earlier).days for earlier, later in pairwise(periods)]
        assert max(weeks) <= (7 if cadence is Cadence.WEEKLY else 31)
