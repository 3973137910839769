"""Ledgers of the past: each is looked at again in its turn, and nothing stands in the way."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from newsletter.deliveries.alarm import open_alarms
from newsletter.deliveries.forget_detail import forget_detail
from newsletter.extensions import db
from newsletter.mailings.models import Mailing
from newsletter.mailings.queries import get_mailing, progress
from tests.mailings.ended import (
    DAY,
    READERS,
    check,
    check_ledgers,
    copy_to,
    end_all,
    kept,
    listed,
    under_way,
)
from tests.material import NOW
from tests.statements import asked


@pytest.fixture
def mailing(session: Session) -> Mailing:
    """A mailing to seven readers, under way."""
    return under_way()


def test_of_the_past_one_is_looked_at_each_time_and_all_in_turn(
    mailing: Mailing, session: Session
) -> None:
    end_all()
    keys = copy_to(4)
    ids = [get_mailing(key).id for key in keys]
    since = NOW - timedelta(hours=1)
    for n in range(1, 5):
        db.session.expire_all()
        assert check_ledgers(now=NOW + n * DAY, since=since) == []
        assert len(kept()) == n + 1  # beside that of late
    # One of them does not close; the others are looked at all the same.
    session.execute(text("delete from deliveries where mailing_id = :id"), {"id": ids[0]})
    for n in range(5, 12):
        db.session.expire_all()
        check_ledgers(now=NOW + n * DAY, since=since)
    assert [each.subject for each in open_alarms()] == [keys[0]]
    checked = dict(session.execute(text("select mailing_id, checked_at from closed_ledgers"))
                   .tuples().all())
    turns = {each: (at - NOW).days for each, at in checked.items()}
    assert turns == dict(zip(ids, (4, 11, 10, 9), strict=True)) | {mailing.id: 11}


def test_one_of_the_past_that_cannot_be_kept_stands_in_no_ones_way(
    mailing: Mailing, session: Session
) -> None:
    end_all()
    keys = copy_to(3)
    ids = [get_mailing(key).id for key in keys]
    # The newest two would always be the first: one that never closed, one with something in hand.
    session.execute(text("delete from deliveries where mailing_id = :id and id ="
                         " (select max(id) from deliveries where mailing_id = :id)"),
                    {"id": ids[2]})
    session.execute(text("update mailings set status = 'cancelled' where id = :id"), {"id": ids[1]})
    session.execute(text("update deliveries set status = 'claimed', sent_at = null, claim_id = 1"
                         " where mailing_id = :id"), {"id": ids[1]})
    for _ in range(3):
        db.session.expire_all()
        check_ledgers(now=NOW, since=NOW - timedelta(hours=1))
    assert kept() == sorted([mailing.id, ids[0]])


def test_one_of_the_past_that_was_kept_is_reckoned_once_a_day(
    mailing: Mailing, session: Session
) -> None:
    end_all()
    assert check() == []
    hours = ((1, 0), (23, 0), (25, 1), (26, 0), (48, 0), (50, 1))
    for hour, reckoned in hours:
        now = NOW + timedelta(hours=hour)
        db.session.expire_all()
        with asked(session) as statements:
            assert check_ledgers(now=now, since=NOW) == []
        assert len([each for each in statements if "sha256" in each]) == reckoned


@pytest.mark.parametrize("status", ["finished", "cancelled"])
def test_one_of_the_past_with_something_open_is_looked_at_all_the_same(
    mailing: Mailing, session: Session, status: str
) -> None:
    end_all()
    key = copy_to(1)[0]
    number = get_mailing(key).id
    session.execute(text("update mailings set status = :status where id = :id"),
                    {"id": number, "status": status})
    of_it = "(select {}(id) from deliveries where mailing_id = :id)"
    session.execute(text("update deliveries set status = 'claimed', sent_at = null, claim_id = 1"
                         f" where id = {of_it.format('min')}"), {"id": number})
    # Finished with a mail in hand is a contradiction; cancelled, it is what is left over.
    for _ in range(2):
        assert check(since_days=0) == ([key] if status == "finished" else [])
    assert progress(get_mailing(key)).closes is (status == "cancelled")
    session.execute(text(f"delete from deliveries where id = {of_it.format('max')}"),
                    {"id": number})
    for _ in range(2):
        assert check(since_days=0) == [key]
    assert [each.subject for each in open_alarms()] == [key]
    assert number not in kept()


def test_a_late_look_is_no_alarm_when_retention_took_the_codes(
    mailing: Mailing, session: Session
) -> None:
    end_all()
    assert check() == []
    session.execute(text("update deliveries set message_id = '<' || id || '@x.example>'"))
    later = NOW + timedelta(days=400)
    assert forget_detail(now=later) == READERS
    assert progress(mailing).failed == {"?": 2}
    db.session.expire_all()
    assert check_ledgers(now=later, since=later - DAY) == []
    assert mailing.detail_forgotten_at == later
    assert listed(mailing).failed == {"550 5.1.1": 2}  # of nobody in particular
    assert listed(mailing).closes
