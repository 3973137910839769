"""The proposal of a year: eight good moments, evenly spread."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from newsletter import clock
from newsletter.catalogue.models import Magazine
from newsletter.editions import days
from newsletter.editions.models import EditionStatus
from newsletter.editions.plan_year import plan_year, propose
from newsletter.errors import BadInput
from newsletter.working_days import holiday_name, is_working_day

years = st.integers(2007, 2100)


@settings(deadline=None, max_examples=60)
@given(year=years, per_year=st.integers(1, 8))
def test_each_edition_leaves_at_ten_on_a_good_day_of_its_year(year: int, per_year: int) -> None:
    proposed = propose(year, editions_per_year=per_year)
    assert [one.number for one in proposed] == list(range(1, per_year + 1))
    for one in proposed:
        local = clock.local(one.send_at)
        assert local.time() == time(10)
        assert local.year == year
        assert local.weekday() in (1, 2, 3)
        assert not holiday_name(local.date())
        assert not days.is_summer(local.date())


@settings(deadline=None, max_examples=60)
@given(year=years)
def test_deadlines_fall_on_working_days_in_time(year: int) -> None:
    for one in propose(year):
        sent_on = clock.local(one.send_at).date()
        copy, approval = clock.local(one.copy_deadline_at), clock.local(one.approval_deadline_at)
        assert copy.time() == approval.time() == time(17)
        assert is_working_day(copy.date())
        assert is_working_day(approval.date())
        assert timedelta(14) <= sent_on - copy.date() <= timedelta(19)
        assert timedelta(4) <= sent_on - approval.date() <= timedelta(9)


@settings(deadline=None, max_examples=60)
@given(year=years)
def test_eight_editions_are_spread_over_the_year(year: int) -> None:
    sent_on = [clock.local(one.send_at).date() for one in propose(year)]
    gaps = [(later - earlier).days for earlier, later in pairwise(sent_on)]
    without_summer = [gap for gap in gaps if gap < 70]
    assert min(gaps) >= 21
    assert max(without_summer) <= 63
    assert len(without_summer) >= 6
    assert sent_on[0] < date(year, 2, 8)
    assert sent_on[-1] > date(year, 11, 20)


def test_the_proposal_is_the_same_each_time() -> None:
    assert propose(2026) == propose(2026)
    assert [f"{clock.local(one.send_at):%d-%m}" for one in propose(2026)] == [
        "20-01", "03-03", "08-04", "12-05", "23-06", "15-09", "20-10", "01-12",
    ]


@pytest.mark.parametrize(("year", "per_year"), [(2006, 8), (2101, 8), (2026, 0), (2026, 9)])
def test_a_year_out_of_range_is_refused(year: int, per_year: int) -> None:
    with pytest.raises(BadInput):
        propose(year, editions_per_year=per_year)


def test_planning_a_year_twice_plans_it_once(session: Session, magazine: Magazine) -> None:
    now = datetime(2050, 11, 1, tzinfo=UTC)
    first = [edition.id for edition in plan_year(2051, now)]
    again = plan_year(2051, now)
    assert [edition.id for edition in again] == first
    assert [edition.key for edition in again] == [f"45-{number}" for number in range(1, 9)]
    assert {edition.status for edition in again} == {EditionStatus.PLANNED}


def test_planning_again_leaves_moved_dates_alone(session: Session, magazine: Magazine) -> None:
    now = datetime(2050, 11, 1, tzinfo=UTC)
    edition = plan_year(2051, now)[3]
    moved = edition.send_at + timedelta(days=7)
    edition.send_at = moved
    session.flush()
    assert plan_year(2051, now)[3].send_at == moved
