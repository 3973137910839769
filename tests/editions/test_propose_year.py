"""The proposal of a year against a naive reading of its rule, whatever is free or planned."""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from newsletter import clock
from newsletter.catalogue.models import Magazine
from newsletter.editions.days import Closed
from newsletter.editions.enter_period import PeriodDraft, enter_period
from newsletter.editions.mind_dates import Around, minds_of
from newsletter.editions.move_dates import Dates
from newsletter.editions.other import Other
from newsletter.editions.plan_year import Proposed, plan_year, propose
from newsletter.errors import BadInput
from newsletter.working_days import holidays_of
from tests.material import NOW

DAY = timedelta(days=1)
YEARS = st.integers(2007, 2100)
# Short ones, so that there is always room for eight.
PERIODS = st.lists(st.tuples(st.integers(-20, 365), st.integers(1, 16)), max_size=5)


def closed_in(year: int, drawn: list[tuple[int, int]]) -> list[Closed]:
    start = date(year, 1, 1)
    return [Closed(f"periode {n}", start + first * DAY, start + (first + length - 1) * DAY)
            for n, (first, length) in enumerate(drawn)]


def may_send(day: date, closed: list[Closed], busy: frozenset[date] = frozenset()) -> bool:
    """The rule as an editor would say it, day by day."""
    if day.weekday() not in (1, 2, 3) or day in busy:
        return False
    if (7, 11) <= (day.month, day.day) <= (8, 31):
        return False
    if (day.month, day.day) <= (1, 7) or (day.month, day.day) >= (12, 18):
        return False
    if any(one.first_on <= day <= one.last_on for one in closed):
        return False
    holidays = holidays_of(day.year)
    if day in holidays:
        return False
    back = day - DAY
    while back.weekday() >= 5 or back in holidays:
        if back in holidays:
            return False
        back -= DAY
    return True


def free_weeks(year: int, closed: list[Closed], busy: frozenset[date]) -> list[date]:
    """The Mondays of the weeks that have a day for an edition."""
    all_days = [date(year, 1, 1) + n * DAY for n in range(366)]
    return sorted({day - day.weekday() * DAY for day in all_days
                   if day.year == year and may_send(day, closed, busy)})


def day_of(one: Proposed) -> date:
    return clock.local(one.send_at).date()


@settings(deadline=None, max_examples=80)
@given(year=YEARS, drawn=PERIODS, per_year=st.integers(1, 8),
       busy=st.frozensets(st.dates(date(2007, 1, 1), date(2100, 12, 31)), max_size=20))
def test_every_proposed_day_is_one_that_the_rule_allows_and_the_spread_is_even(
    year: int, drawn: list[tuple[int, int]], per_year: int, busy: frozenset[date]
) -> None:
    closed = closed_in(year, drawn)
    proposed = propose(year, editions_per_year=per_year, closed=closed, busy=busy)
    assert [one.number for one in proposed] == list(range(1, per_year + 1))
    assert all(may_send(day_of(one), closed, busy) for one in proposed)
    weeks = free_weeks(year, closed, busy)
    places = [weeks.index(day_of(one) - day_of(one).weekday() * DAY) for one in proposed]
    steps = [later - earlier for earlier, later in pairwise(places)]
    # Between two editions lie as many free weeks everywhere, but for one that does not divide.
    assert not steps or max(steps) - min(steps) <= 1
    ends = places[0], len(weeks) - 1 - places[-1]
    assert abs(ends[0] - ends[1]) <= 1
    for one in proposed:
        copy, approval = (clock.local(each).date()
                          for each in (one.copy_deadline_at, one.approval_deadline_at))
        assert copy <= approval - 7 * DAY
        assert approval <= day_of(one) - 4 * DAY
        for deadline in (copy, approval):
            assert deadline.weekday() < 5
            assert deadline not in holidays_of(deadline.year)
            assert not any(each.first_on <= deadline <= each.last_on for each in closed)


@settings(deadline=None, max_examples=60)
@given(year=YEARS)
def test_a_proposal_asks_for_no_second_thoughts(year: int) -> None:
    proposed = propose(year)
    around = Around(editions=tuple(Other(1, one.number, one.send_at) for one in proposed))
    for one in proposed:
        dates = Dates(one.send_at, one.copy_deadline_at, one.approval_deadline_at)
        others = [each for each in around.editions if each.number != one.number]
        assert minds_of(dates, Around(editions=tuple(others))) == []


@settings(deadline=None, max_examples=80)
@given(year=YEARS, drawn=PERIODS, keep=st.sets(st.integers(1, 8), max_size=7),
       shift=st.integers(-9, 9))
def test_what_stands_is_kept_and_the_rest_goes_between_it(
    year: int, drawn: list[tuple[int, int]], keep: set[int], shift: int
) -> None:
    whole = {one.number: day_of(one) for one in propose(year)}
    kept = {number: whole[number] + shift * DAY for number in keep}
    proposed = propose(year, kept=kept, closed=closed_in(year, drawn[:1]))
    assert {one.number for one in proposed} == set(range(1, 9)) - keep
    every = {**kept, **{one.number: day_of(one) for one in proposed}}
    in_order = [every[number] for number in range(1, 9)]
    assert in_order == sorted(in_order)
    new = {one.number for one in proposed}
    for earlier, later in pairwise(range(1, 9)):
        if new & {earlier, later}:
            assert every[earlier].isocalendar()[:2] != every[later].isocalendar()[:2]


def test_a_year_without_room_is_refused_in_words() -> None:
    closed = [Closed("alles", date(2027, 1, 1), date(2027, 11, 30))]
    with pytest.raises(BadInput) as refused:
        propose(2027, closed=closed)
    assert refused.value.reason == "no_room"


def test_the_plan_of_a_year_stays_out_of_the_periods_that_were_entered(
    session: Session, magazine: Magazine, account_id: Callable[[], int]
) -> None:
    first, last = date(2051, 2, 1), date(2051, 3, 31)
    enter_period(PeriodDraft(" Verbouwing ", first, last), account_id=account_id(), now=NOW)
    planned = plan_year(2051, NOW)
    assert [edition.key for edition in planned] == [f"45-{number}" for number in range(1, 9)]
    for edition in planned:
        for moment in (edition.send_at, edition.copy_deadline_at, edition.approval_deadline_at):
            assert not first <= clock.local(moment).date() <= last


def test_a_year_that_has_some_editions_keeps_those_and_gets_the_rest(
    session: Session, magazine: Magazine
) -> None:
    planned = list(plan_year(2051, NOW))
    stays = planned[3]
    stays.send_at += 9 * DAY
    moved = stays.send_at
    for edition in planned[4:]:
        session.delete(edition)
    session.flush()
    again = plan_year(2051, NOW)
    assert [edition.number for edition in again] == list(range(1, 9))
    assert again[3].send_at == moved
    assert again[4].send_at > moved


@pytest.mark.parametrize(("year", "volume"), [(2007, 1), (2020, 14), (2026, 20), (2100, 94)])
def test_the_volume_follows_by_rule(
    session: Session, magazine: Magazine, year: int, volume: int
) -> None:
    assert {edition.volume for edition in plan_year(year, NOW)} == {volume}
