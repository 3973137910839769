"""Pace: who may be claimed now under limits, plans and switches; by the database's clock."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from newsletter import clock
from newsletter.deliveries import pace, slow_down
from newsletter.deliveries.models import MailKind, SwitchName
from newsletter.deliveries.pace import (
    Candidate,
    admit,
    domain_of,
    give_back,
    halted,
    next_turn,
    room,
)
from newsletter.deliveries.pace_models import PaceBucket, PaceSlot, WarmUpDay
from newsletter.deliveries.queue import SingleMail, queue_single
from newsletter.deliveries.slow_down import Answer
from newsletter.deliveries.switch import switch
from newsletter.extensions import db
from newsletter.jobs import Lane
from newsletter.sending.set_pace import clear, plan_warm_up, set_limit
from tests import material

BIG, OTHER = "big.example", "other.example"


def limit(scope: str, *, per_second: float | None = None, at_once: int | None = None) -> None:
    set_limit(scope, per_second=per_second, at_once=at_once, by="operator:x", now=material.NOW)


def warm_up(scope: str, *amounts: int) -> None:
    today = db.session.execute(
        text("select (clock_timestamp() at time zone 'Europe/Amsterdam')::date")).scalar_one()
    plan_warm_up(scope, amounts, first_day=today)


def some(count: int, domain: str = BIG, *, first: int = 1) -> list[Candidate]:
    return [Candidate(number, domain) for number in range(first, first + count)]


def owed(count: int) -> list[int]:
    """Deliveries that are there, so that they can be claimed."""
    who = material.reader().subscriber_id
    return [
        queue_single(SingleMail(kind=MailKind.WELCOME, subscriber_id=who), now=material.NOW) or 0
        for _ in range(count)
    ]


def claim(ids: Sequence[int]) -> None:
    """As a worker does with what was admitted."""
    db.session.execute(text("update deliveries set status = 'claimed', claim_id = 1"
                            " where id = any(:ids)"), {"ids": list(ids)})


def later(seconds: float) -> None:
    """Let so much time pass for the buckets."""
    db.session.execute(text("update pace_buckets set filled_at = filled_at - :wait"),
                       {"wait": timedelta(seconds=seconds)})


HOUR = 3600.0


def hold_still() -> None:
    """However long the test takes, nothing is refilled: its moment still has to come."""
    later(-HOUR)


def a_day_passes() -> None:
    """For the plans, whose days are moved in two steps so that no two meet."""
    for days in (1000, -1001):
        db.session.execute(text("update warm_up_days set day = day + :days"), {"days": days})


def test_without_limits_everything_leaves_after_one_look(session: Session) -> None:
    asked: list[str] = []
    connection = session.connection()
    event.listen(connection, "before_cursor_execute", lambda *args: asked.append(args[2]))
    assert room(session, lane=Lane.BULK, wanted=500) == 500
    assert admit(session, some(500), lane=Lane.BULK) == (list(range(1, 501)), [])
    assert len(asked) == 2


@pytest.mark.parametrize("name", [SwitchName.SENDING_STOPPED, SwitchName.SENDING_HELD])
def test_nothing_may_be_claimed_while_sending_is_stopped_or_held(
    session: Session, name: SwitchName
) -> None:
    switch(name, is_on=True, by="operator:x", now=material.NOW)
    for lane in Lane:
        assert room(session, lane=lane, wanted=9) == 0
    assert halted(session, [1, 2, None]) == {1, 2, None}
    switch(name, is_on=False, by="operator:x", now=material.NOW)
    assert room(session, lane=Lane.BULK, wanted=9) == 9
    assert halted(session, [1, 2, None]) == set()


def test_another_switch_stops_nothing(session: Session) -> None:
    switch(SwitchName.ATTACK_MODE, is_on=True, by="operator:x", now=material.NOW)
    assert room(session, lane=Lane.BULK, wanted=9) == 9


def test_the_total_rate_bounds_the_room_and_what_is_admitted(session: Session) -> None:
    limit("total", per_second=100)
    assert room(session, lane=Lane.BULK, wanted=500) == 45  # half a second, less what prompt keeps
    admitted = admit(session, some(30) + some(30, OTHER, first=31), lane=Lane.BULK)
    assert admitted.now == list(range(1, 46))
    assert [each for each, _ in admitted.later] == list(range(46, 61))
    hold_still()
    assert room(session, lane=Lane.BULK, wanted=500) == 0
    assert room(session, lane=Lane.PROMPT, wanted=500) == 5
    later(HOUR + 0.25)
    assert 25 <= room(session, lane=Lane.BULK, wanted=500) <= 45


def test_a_domain_has_a_rate_of_its_own_and_others_pass(session: Session) -> None:
    limit(BIG, per_second=10)
    admitted = admit(session, [*some(20), *some(20, OTHER, first=21)], lane=Lane.BULK)
    assert admitted.now == [1, 2, 3, 4, *range(21, 41)]
    waits = [seconds for _, seconds in admitted.later]
    assert waits == pytest.approx([0.1 * turn for turn in range(1, 17)])


def test_turns_follow_on_those_given_out_before(session: Session) -> None:
    limit(BIG, per_second=10)
    admit(session, some(20), lane=Lane.BULK)
    admitted = admit(session, some(2, first=21), lane=Lane.BULK)
    assert [seconds for _, seconds in admitted.later] == pytest.approx([1.7, 1.8], abs=0.2)


def test_each_other_domain_has_the_rate_of_each(session: Session) -> None:
    limit("each", per_second=4)
    limit(BIG, per_second=40)
    admitted = admit(
        session, [*some(30), *some(9, OTHER, first=31), *some(9, "third.example", first=51)],
        lane=Lane.BULK,
    )
    assert admitted.now == [*range(1, 19), 31, 32, 51, 52]


def test_no_more_are_claimed_at_once_than_a_domain_may_have(session: Session) -> None:
    ids = owed(8)
    limit(BIG, at_once=3)
    candidates = [Candidate(each, BIG) for each in ids]
    bulk = admit(session, candidates, lane=Lane.BULK)
    assert bulk.now == ids[:2]  # one place is kept for prompt
    claim(bulk.now)
    assert admit(session, candidates[2:], lane=Lane.BULK).now == []
    prompt = admit(session, candidates[2:], lane=Lane.PROMPT)
    assert prompt.now == ids[2:3]
    claim(prompt.now)
    assert admit(session, candidates[3:], lane=Lane.PROMPT).now == []


@pytest.mark.parametrize("ended", [
    "status = 'sent', sent_at = now()", "status = 'deferred'", "status = 'unclear'",
    "status = 'skipped', skip_reason = 'suppressed'", "status = 'pending'"])
def test_a_place_is_free_again_however_its_claim_ended(session: Session, ended: str) -> None:
    ids = owed(2)
    limit(BIG, at_once=1)
    assert admit(session, [Candidate(ids[0], BIG)], lane=Lane.BULK).now == ids[:1]
    claim(ids[:1])
    assert admit(session, [Candidate(ids[1], BIG)], lane=Lane.BULK).now == []
    session.execute(text(f"update deliveries set claim_id = null, {ended} where id = :id"),
                    {"id": ids[0]})
    assert admit(session, [Candidate(ids[1], BIG)], lane=Lane.BULK).now == ids[1:]
    assert session.scalars(select(PaceSlot.delivery_id)).all() == ids[1:]


def test_what_was_not_offered_gives_back_what_it_took(session: Session) -> None:
    ids = owed(4)
    limit("total", per_second=8)
    limit(BIG, per_second=8, at_once=9)  # four, of which bulk leaves one
    warm_up(BIG, 100)
    candidates = [Candidate(each, BIG) for each in ids]
    admitted = admit(session, candidates, lane=Lane.BULK)
    assert admitted.now == ids[:3]
    claim(admitted.now)
    hold_still()
    give_back(session, candidates[:2])
    assert room(session, lane=Lane.BULK, wanted=9) == 2
    assert session.scalars(select(PaceSlot.delivery_id)).all() == ids[2:3]
    assert session.scalars(select(WarmUpDay.taken)).all() == [1]
    session.execute(text("update deliveries set status = 'pending', claim_id = null"))
    assert admit(session, candidates, lane=Lane.BULK).now == ids[:2]


def test_giving_back_more_than_fits_fills_no_further(session: Session) -> None:
    limit(BIG, per_second=10)
    admit(session, some(1), lane=Lane.BULK)
    hold_still()
    give_back(session, some(50))
    assert len(admit(session, some(50), lane=Lane.BULK).now) == 4


def test_a_warm_up_plan_holds_bulk_until_midnight_and_only_counts_prompt(session: Session) -> None:
    warm_up("total", 5, 50)
    assert room(session, lane=Lane.BULK, wanted=9) == 5
    assert admit(session, some(2), lane=Lane.PROMPT).now == [1, 2]
    assert room(session, lane=Lane.BULK, wanted=9) == 3
    admitted = admit(session, some(5), lane=Lane.BULK)
    assert admitted.now == [1, 2, 3]
    assert all(0 < seconds <= 25 * 3600 for _, seconds in admitted.later)
    assert room(session, lane=Lane.BULK, wanted=9) == 0
    assert room(session, lane=Lane.PROMPT, wanted=9) == 9
    a_day_passes()
    assert room(session, lane=Lane.BULK, wanted=99) == 50
    a_day_passes()  # it was the last one
    assert room(session, lane=Lane.BULK, wanted=99) == 99


def test_a_domain_has_a_plan_of_its_own(session: Session) -> None:
    warm_up(BIG, 3)
    admitted = admit(session, [*some(5), *some(5, OTHER, first=6)], lane=Lane.BULK)
    assert admitted.now == [1, 2, 3, 6, 7, 8, 9, 10]


def test_a_limit_changes_from_the_next_claim_on(session: Session) -> None:
    limit(BIG, per_second=2)
    admit(session, some(100), lane=Lane.BULK)
    limit(BIG, per_second=1000)
    later(1)
    assert len(admit(session, some(100), lane=Lane.BULK).now) == 100
    clear(BIG)
    assert len(admit(session, some(100), lane=Lane.BULK).now) == 100


def test_a_domain_that_puts_off_is_slowed_and_recovers(session: Session) -> None:
    slow_down.note(session, [Answer(BIG, True)] * 20)
    admitted = admit(session, [*some(200), *some(200, OTHER, first=201)], lane=Lane.BULK)
    assert len(admitted.now) == 200 + 72  # half a second of 160, less what prompt keeps
    assert max(seconds for _, seconds in admitted.later) <= 60
    session.execute(text("update slowed_domains set slowed_at = slowed_at - interval '11 s'"))
    assert len(admit(session, some(200), lane=Lane.BULK).now) == 200


@pytest.mark.parametrize("skew", [-3600, 3600])
def test_a_workers_clock_changes_nothing(session: Session, skew: int) -> None:
    limit(BIG, per_second=10)
    assert len(admit(session, some(20), lane=Lane.BULK).now) == 4
    hold_still()
    with time_machine.travel(clock.now() + timedelta(seconds=skew)):
        assert admit(session, some(20), lane=Lane.BULK).now == []
    later(0.5)  # since the moment of that question
    assert len(admit(session, some(20), lane=Lane.BULK).now) == 4


@pytest.mark.parametrize("seconds", [-3600, 3600])
def test_a_jump_of_the_databases_clock_gives_one_burst_at_most(
    session: Session, seconds: int
) -> None:
    limit(BIG, per_second=10)
    admit(session, some(20), lane=Lane.BULK)
    later(seconds)
    assert len(admit(session, some(20), lane=Lane.BULK).now) <= 4
    later(0.5)
    assert len(admit(session, some(20), lane=Lane.BULK).now) == 4  # and it goes on


def test_the_next_turn_is_told_when_it_comes_soon(session: Session) -> None:
    assert next_turn(session, lane=Lane.PROMPT) is None
    owed(2)
    for seconds, expected in ((60, None), (3, 3.0), (-9, 0.0)):
        session.execute(text("update deliveries set due_at = clock_timestamp() + :wait"),
                        {"wait": timedelta(seconds=seconds)})
        assert next_turn(session, lane=Lane.PROMPT) == (
            None if expected is None else pytest.approx(expected, abs=1))
    assert next_turn(session, lane=Lane.BULK) is None


def test_domains_are_compared_as_dns_spells_them() -> None:
    assert domain_of("a@Münster.Example") == domain_of("b@xn--mnster-3ya.example")
    assert domain_of("jürgen@GEMEENTE.example") == "gemeente.example"


def test_names_of_domains_and_places_are_not_kept(session: Session) -> None:
    ids = owed(2)
    limit("each", at_once=4)
    admit(session, [Candidate(each, BIG) for each in ids], lane=Lane.BULK)
    claim(ids[:1])
    session.execute(text("update pace_buckets set filled_at = filled_at - interval '2 hours',"
                         " booked_until = null where scope = :big"), {"big": BIG})
    pace.forget(session)
    assert session.scalars(select(PaceSlot.delivery_id)).all() == ids[:1]
    assert session.scalars(select(PaceBucket.scope)).all() == []
