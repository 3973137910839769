"""Pausing: until a typed day, twelve months at most, and back at once when wanted."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.errors import BadInput, WrongState
from newsletter.extensions import db
from newsletter.subscribers.models import Consent, ConsentAct
from newsletter.subscribers.pause import is_paused, last_day, moment_of_return, pause, resume
from newsletter.subscribers.record_consent import Proof
from tests.material import NOW, choices, reader, sign_up

pytestmark = pytest.mark.usefixtures("session")
BY_HAND = Proof("preference_page", "/voorkeuren")
TODAY = date(2026, 11, 10)


def test_a_pause_ends_as_the_day_begins_in_amsterdam_in_winter_and_summer() -> None:
    assert moment_of_return(date(2026, 12, 1)) == datetime(2026, 11, 30, 23, 0, tzinfo=UTC)
    assert moment_of_return(date(2027, 7, 1)) == datetime(2027, 6, 30, 22, 0, tzinfo=UTC)


def test_a_pause_stands_in_the_ledger_and_twice_is_once() -> None:
    someone = reader()
    assert pause(someone, date(2026, 12, 1), proof=BY_HAND, now=NOW)
    assert not pause(someone, date(2026, 12, 1), proof=BY_HAND, now=NOW)
    entry = db.session.scalars(
        select(Consent).where(Consent.subscriber_id == someone.subscriber_id)
        .order_by(Consent.id.desc()).limit(1)
    ).one()
    assert (entry.act, entry.choices["paused_until"]) == (ConsentAct.CHANGED, "2026-12-01")
    assert is_paused(someone, now=NOW)
    assert not is_paused(someone, now=datetime(2026, 11, 30, 23, 0, tzinfo=UTC))


@pytest.mark.parametrize(("until", "reason"), [
    (TODAY, "too_soon"),
    (date(2020, 1, 1), "too_soon"),
    (date(2027, 11, 11), "too_far"),
    (date(9999, 12, 31), "too_far"),
])
def test_a_day_that_is_past_or_over_a_year_ahead_is_refused_at_its_field(
    until: date, reason: str
) -> None:
    with pytest.raises(BadInput) as refused:
        pause(reader(), until, proof=BY_HAND, now=NOW)
    assert (refused.value.field, refused.value.reason) == ("until", reason)


def test_the_last_day_is_the_same_day_next_year_and_of_a_leap_day_the_28th() -> None:
    assert last_day(NOW) == date(2027, 11, 10)
    assert last_day(datetime(2028, 2, 29, 12, 0, tzinfo=UTC)) == date(2029, 2, 28)


def test_only_a_reader_pauses_and_resuming_without_a_pause_changes_nothing(
    session: Session,
) -> None:
    with pytest.raises(WrongState):
        pause(sign_up("noor@gemeente.example", choices("data")), date(2026, 12, 1),
              proof=BY_HAND, now=NOW)
    someone = reader()
    assert not resume(someone, proof=BY_HAND, now=NOW)
    pause(someone, date(2026, 12, 1), proof=BY_HAND, now=NOW)
    assert resume(someone, proof=BY_HAND, now=NOW + timedelta(days=1))
    assert someone.paused_until is None
    assert someone.waiting_since == NOW
