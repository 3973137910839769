"""A domain that puts many mails off gets fewer, and soon as many again."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from newsletter.deliveries import slow_down
from newsletter.deliveries.pace_models import SlowedDomain
from newsletter.deliveries.slow_down import (
    DEEPEST,
    Answer,
    Slowness,
    after,
    asks_for_less,
    level_after,
    note,
    slowed,
)

NOW = datetime(2026, 11, 10, 7, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
CALM = Slowness(0, NOW, NOW, 0, 0)


@pytest.mark.parametrize(("code", "said", "asks"), [
    ("421 4.7.0", "Try again later, closing connection", True),
    ("421", "too many connections", True),
    ("450 4.2.1", "The user is receiving mail at a rate that prevents", True),
    ("451 4.7.650", "The mail server has been temporarily rate limited", True),
    ("452 4.3.1", "Insufficient system storage", True),
    ("450 4.2.0", "Greylisted, see http://postgrey.example", False),
    ("451 4.7.1", "Greylisting in action, please come back later", False),
    ("451 4.7.1", "graylisted", False),
    ("452 4.2.2", "mailbox full", False),
    ("450 4.1.8", "Sender address rejected: Domain not found", False),
    ("550 5.7.1", "refused", False),
    ("250 2.0.0", "ok", False),
    (None, "", False),
])
def test_only_answers_about_how_much_comes_ask_for_less(
    code: str | None, said: str, asks: bool
) -> None:
    assert asks_for_less(code, said) is asks


def test_a_wave_halves_and_a_quiet_ten_seconds_doubles() -> None:
    found = after(CALM, answers=12, put_off=10, now=NOW)
    assert (found.level, slowed(None, found.level), slowed(8.0, found.level)) == (1, 160.0, 4.0)
    again = after(found, answers=10, put_off=10, now=NOW + 5 * SECOND)
    assert (again.level, slowed(None, again.level)) == (2, 80.0)
    assert [level_after(again.level, seconds=each) for each in (9, 10, 19, 20, 99)] == [
        2, 1, 1, 0, 0]


def test_few_or_rare_answers_are_no_wave() -> None:
    assert after(CALM, answers=9, put_off=9, now=NOW).level == 0
    assert after(CALM, answers=100, put_off=10, now=NOW).level == 0


def test_small_numbers_add_up_within_ten_seconds_only() -> None:
    five = after(CALM, answers=5, put_off=5, now=NOW + SECOND)
    assert after(five, answers=5, put_off=5, now=NOW + 9 * SECOND).level == 1
    assert after(five, answers=5, put_off=5, now=NOW + 11 * SECOND).level == 0


@given(st.lists(st.tuples(st.floats(-4000, 4000), st.integers(0, 50), st.integers(0, 50))))
def test_whatever_comes_the_rate_stays_above_a_sixteenth(
    waves: list[tuple[float, int, int]]
) -> None:
    found, now = CALM, NOW
    for seconds, fine, put_off in waves:
        now += timedelta(seconds=seconds)  # also a clock that is set back
        found = after(found, answers=fine + put_off, put_off=put_off, now=now)
        assert 0 <= found.level <= DEEPEST
        assert slowed(100.0, found.level) >= 100 / 16


def test_a_wave_is_kept_for_its_domain_alone(session: Session) -> None:
    note(session, [Answer("a.example", True)] * 12 + [Answer("b.example", False)] * 12
         + [Answer("c.example", True)] * 3)
    levels = dict(session.execute(select(SlowedDomain.domain, SlowedDomain.level)).tuples().all())
    assert levels == {"a.example": 1, "c.example": 0}


def test_answers_that_ask_for_nothing_cost_nothing(session: Session) -> None:
    note(session, [Answer("a.example", False)] * 500)
    assert session.scalars(select(SlowedDomain)).all() == []


def test_names_of_domains_are_not_kept(session: Session) -> None:
    note(session, [Answer("a.example", True), Answer("b.example", True)])
    session.execute(text("update slowed_domains set slowed_at = slowed_at - interval '1 hour',"
                         " counted_from = counted_from - interval '1 hour'"
                         " where domain = 'a.example'"))
    slow_down.forget(session)
    assert session.scalars(select(SlowedDomain.domain)).all() == ["b.example"]
