"""Setting the pace: limits and plans, and that what waits is looked at under the new ones."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from newsletter.core import settings
from newsletter.deliveries import slow_down
from newsletter.deliveries.pace import Candidate, admit
from newsletter.deliveries.pace_models import PaceLimit, WarmUpDay
from newsletter.deliveries.slow_down import Answer
from newsletter.errors import BadInput
from newsletter.jobs import Lane
from newsletter.mailings.pause import pause
from newsletter.mailings.queries import get_mailing
from newsletter.sending.carry_out import carry_out_edition
from newsletter.sending.set_pace import (
    clear,
    coming_days,
    limits,
    plan_warm_up,
    scope_of,
    set_limit,
)
from tests import material
from tests.material import NOW

BIG = "big.example"


def limit(scope: str, *, per_second: float | None = None, at_once: int | None = None) -> None:
    set_limit(scope, per_second=per_second, at_once=at_once, by="operator:x", now=NOW)


def today(session: Session) -> date:
    found: date = session.execute(
        text("select (clock_timestamp() at time zone 'Europe/Amsterdam')::date")).scalar_one()
    return found


@pytest.mark.parametrize(("typed", "scope"), [
    ("total", "total"), ("Each", "each"), ("Gmail.COM", "gmail.com"),
    ("münster.example", "xn--mnster-3ya.example"),
])
def test_a_scope_is_a_word_or_a_domain_as_dns_spells_it(typed: str, scope: str) -> None:
    assert scope_of(typed) == scope


@pytest.mark.parametrize("typed", ["", "gmail", "a b.example", "x@y.example", "totals"])
def test_what_is_no_domain_is_refused(typed: str) -> None:
    with pytest.raises(BadInput):
        scope_of(typed)
    with pytest.raises(BadInput):
        scope_of("each", each_may=False)


def test_a_limit_keeps_what_is_not_given(session: Session) -> None:
    limit(BIG, per_second=5)
    limit(BIG, at_once=3)
    found = session.scalars(select(PaceLimit)).one()
    assert (found.per_second, found.at_once) == (5, 3)


@pytest.mark.parametrize(("scope", "per_second", "at_once"), [
    (BIG, None, None), (BIG, 0, None), (BIG, -1.0, None), (BIG, None, 0), ("total", None, 4)])
def test_a_limit_that_means_nothing_is_refused(
    session: Session, scope: str, per_second: float | None, at_once: int | None
) -> None:
    with pytest.raises(BadInput):
        limit(scope, per_second=per_second, at_once=at_once)


def test_a_plan_takes_the_place_of_the_one_before_and_keeps_what_has_left(
    session: Session
) -> None:
    first = today(session)
    plan_warm_up(BIG, [10, 20, 30], first_day=first - timedelta(days=1))
    admit(session, [Candidate(each, BIG) for each in range(4)], lane=Lane.BULK)
    assert plan_warm_up(BIG, [50, 100], first_day=first) == first + timedelta(days=1)
    rows = session.execute(
        select(WarmUpDay.day, WarmUpDay.amount, WarmUpDay.taken).order_by(WarmUpDay.day)
    ).tuples().all()
    assert rows == [(first, 50, 4), (first + timedelta(days=1), 100, 0)]
    assert [(row["amount"], row["taken"]) for row in coming_days()] == [(50, 4), (100, 0)]


@pytest.mark.parametrize("amounts", [[], [-1], [1] * 367])
def test_a_plan_that_means_nothing_is_refused(session: Session, amounts: list[int]) -> None:
    with pytest.raises(BadInput):
        plan_warm_up(BIG, amounts, first_day=NOW.date())


def test_clearing_says_how_much_there_was(session: Session) -> None:
    limit(BIG, per_second=5)
    plan_warm_up(BIG, [1, 2], first_day=today(session))
    assert clear(BIG, only_warm_up=True) == 2
    assert clear(BIG) == 1
    assert clear(BIG) == 0


def test_the_list_tells_limits_plans_and_slowed_domains(session: Session) -> None:
    limit("total", per_second=100)
    limit("each", per_second=40)
    plan_warm_up(BIG, [10], first_day=today(session))
    slow_down.note(session, [Answer("slow.example", True)] * 20)
    admit(session, [Candidate(1, BIG)], lane=Lane.BULK)
    shown = [(row["scope"], row["per_second"], row["slowed_to"], row["today"], row["taken_today"])
             for row in limits()]
    assert shown == [("total", 100, None, None, None), ("each", 40, None, None, None),
                     (BIG, None, None, 10, 1), ("slow.example", None, 20, None, None)]


def test_what_waits_for_its_turn_is_looked_at_again_when_a_limit_changes(
    session: Session
) -> None:
    for _ in range(3):
        material.reader()
    edition_id = material.edition([material.article("data")]).id
    carry_out_edition(edition_id, settings=settings(), now=NOW)
    _first, tried, _last = material.deliveries()
    session.execute(text("update deliveries set due_at = clock_timestamp() + interval '9 hours'"))
    session.execute(text("update deliveries set status = 'deferred' where id = :id"),
                    {"id": tried.id})
    due = text("select id from deliveries where due_at <= clock_timestamp() order by id")
    pause(get_mailing("edition:90-8").id, now=NOW)
    session.flush()
    limit(BIG, per_second=9)
    assert session.scalars(due).all() == []
    session.execute(text("update mailings set status = 'sending'"))
    limit(BIG, per_second=10)
    # What the relay put off waits on.
    assert tried.id not in session.scalars(due).all()
    assert len(session.scalars(due).all()) == 2
