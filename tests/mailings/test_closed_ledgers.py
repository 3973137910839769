"""What is kept of a mailing that is over: it is what the rows say, and never stands in for them."""

from datetime import timedelta
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, insert, text
from sqlalchemy.orm import Session

from newsletter.core import settings
from newsletter.deliveries.alarm import open_alarms
from newsletter.deliveries.claim import release, skip
from newsletter.deliveries.models import DeliveryStatus, Outcome, SkipReason
from newsletter.deliveries.reconcile import close_restored
from newsletter.deliveries.record import Result, record
from newsletter.extensions import db
from newsletter.jobs import Lane
from newsletter.mailings.close import close_finished
from newsletter.mailings.closed_models import ClosedLedger
from newsletter.mailings.ledger_queries import ledger_of
from newsletter.mailings.models import Mailing, MailingStatus
from newsletter.mailings.pause import cancel
from newsletter.mailings.queries import get_mailing, progress
from newsletter.sending.carry_out import carry_out_edition
from tests import material
from tests.mailings.ended import (
    DAY,
    READERS,
    check,
    check_ledgers,
    end,
    end_all,
    kept,
    listed,
    told,
    under_way,
)
from tests.material import NOW

ENDS = (*[("sent", None, None)] * 2, ("failed", None, "550 5.1.1"), ("failed", None, "552"),
        ("failed", None, None), *(("skipped", reason.value, None) for reason in SkipReason))
OPEN = tuple((status, None, None) for status in ("pending", "claimed", "deferred", "unclear"))


@pytest.fixture
def mailing(session: Session) -> Mailing:
    """A mailing to seven readers, under way."""
    return under_way()


@pytest.mark.parametrize("seed", range(40))
def test_lists_tell_what_the_rows_come_to_whatever_happened(mailing: Mailing, seed: int) -> None:
    random = Random(seed)
    is_over = seed % 4 != 3
    for each in material.deliveries():
        how = random.choice(ENDS if is_over else ENDS + OPEN)
        end(each.id, *how, copies=random.choice((0, 0, 1, 2)))
    status = random.choice(("finished", "cancelled") if is_over else ("sending", "paused"))
    mailing.status = MailingStatus(status)
    mailing.finished_at = NOW if status == "finished" else None
    db.session.flush()
    for _ in range(2):  # before it is kept, as it is kept, and when it is checked again
        db.session.expire_all()
        assert told(listed(mailing)) == told(progress(mailing)) == told(ledger_of(mailing))
        assert progress(mailing).closes
        assert check() == []
    assert told(listed(mailing)) == told(progress(mailing)) == told(ledger_of(mailing))
    assert kept() == ([mailing.id] if is_over else [])


def test_nothing_is_kept_while_something_is_open(mailing: Mailing) -> None:
    assert check() == []
    owner, _ = material.claimed(Lane.BULK, limit=2)
    assert cancel(mailing.id, now=NOW) == READERS - 2
    assert check() == []
    assert kept() == []
    one, two = (each.id for each in material.deliveries()
                if each.status is DeliveryStatus.CLAIMED)
    # A late answer to what was in hand when it was stopped, and one that comes back unoffered.
    record([Result(one, owner, Outcome.ACCEPTED, DeliveryStatus.SENT, 1.0, 2.0)], worker="w")
    release([two], claim_ids=[owner], wait=timedelta(0))
    assert check() == []
    assert kept() == []
    close_finished(now=NOW)
    assert check() == []
    assert kept() == [mailing.id]
    assert told(listed(mailing)) == told(progress(mailing))
    assert (listed(mailing).sent, listed(mailing).skipped) == (1, {"cancelled": READERS - 1})


def test_nothing_that_comes_late_changes_what_has_ended(mailing: Mailing) -> None:
    owner, _ = material.claimed(Lane.BULK, limit=READERS)
    end_all()
    assert check() == []
    before, rows = told(listed(mailing)), [each.status for each in material.deliveries()]
    ids = [each.id for each in material.deliveries()]
    for outcome, status in ((Outcome.ACCEPTED, DeliveryStatus.SENT),
                            (Outcome.REFUSED, DeliveryStatus.FAILED),
                            (Outcome.DEFERRED, DeliveryStatus.DEFERRED),
                            (Outcome.DROPPED, DeliveryStatus.UNCLEAR)):
        record([Result(each, owner, outcome, status, 1.0, 2.0, "450") for each in ids], worker="w")
    release(ids, claim_ids=[owner], wait=timedelta(0))
    material.expire()
    assert close_restored(ids) == 0
    close_finished(now=NOW)
    assert check() == []
    assert [each.status for each in material.deliveries()] == rows
    assert told(listed(mailing)) == told(progress(mailing)) == before


ALTERED = {
    "a row has vanished": "delete from deliveries where id = :last",
    "a row is of another reader": "update deliveries set subscriber_id = 999999 where id = :last",
    "a mail is told to have been sent": "update deliveries set status = 'sent',"
    " sent_at = now() where id = (select min(id) from deliveries where status = 'failed')",
    "a mail was skipped for another reason": "update deliveries set skip_reason = 'paused'"
    " where status = 'skipped'",
    "a second copy is not told": "update deliveries set unclear_count = 1 where id = :last",
    "a mail is open again": "update deliveries set status = 'pending', skip_reason = null"
    " where status = 'skipped'",
    "a row came in the place of another": "update mailings set recipients = recipients - 1;"
    "delete from deliveries where id = :last",
}


@pytest.mark.parametrize("statements", ALTERED.values(), ids=ALTERED.keys())
@pytest.mark.parametrize("since_days", [1, 0], ids=["of late", "of the past"])
def test_the_alarm_rings_although_what_was_kept_looks_well(
    mailing: Mailing, session: Session, statements: str, since_days: int
) -> None:
    # One of the past is not looked at twice a day.
    later = 0 if since_days else 2
    end_all()
    assert check() == []
    assert listed(mailing).closes
    undone = session.begin_nested()
    last = material.deliveries()[-1].id
    for statement in statements.split(";"):
        session.execute(text(statement), {"last": last} if ":last" in statement else {})
    for _ in range(2):
        assert check(since_days=since_days, days_later=later) == [mailing.key]
        assert [each.kind for each in open_alarms()] == ["ledger_does_not_close"]
        # From then on nobody is told what was kept.
        for shown in (listed(mailing), ledger_of(mailing), progress(mailing)):
            assert not shown.closes
            assert told(shown) == told(progress(mailing))
    undone.rollback()
    assert check(since_days=since_days, days_later=later) == []
    assert open_alarms() == []
    assert listed(mailing).closes


def test_a_ledger_that_never_closed_is_not_kept_and_is_told_as_it_stands(
    mailing: Mailing, session: Session
) -> None:
    end_all()
    session.execute(text("delete from deliveries where id = (select min(id) from deliveries)"))
    assert not listed(mailing).closes
    assert check() == [mailing.key]
    assert kept() == []
    assert (listed(mailing).closes, listed(mailing).sent) == (False, 3)


def test_what_is_kept_while_the_rows_are_reckoned_is_no_alarm(committed: Flask) -> None:
    mailing = under_way()
    db.session.commit()
    counted: list[str] = []

    def end_and_keep(*arguments: Any) -> None:
        """Between the count and what is read after it, the mailing ends and is kept elsewhere."""
        if "unclear_count" in arguments[2] and not counted:
            counted.append(arguments[2])
            with committed.app_context():
                end_all()
                assert check() == []
                db.session.commit()

    event.listen(db.engine, "after_cursor_execute", end_and_keep)
    found = progress(mailing)
    assert kept() == [mailing.id]
    assert (found.sent, found.open, found.same_outcomes, found.closes) == (0, READERS, True, True)
    db.session.rollback()
    assert progress(mailing).sent == 4
    assert progress(mailing).closes


def test_what_was_kept_is_kept_once_and_says_when_it_was_checked(mailing: Mailing) -> None:
    end_all()
    assert check() == []
    db.session.expire_all()
    assert check_ledgers(now=NOW + DAY, since=NOW - DAY) == []
    found = db.session.get_one(ClosedLedger, mailing.id, populate_existing=True)
    assert (found.kept_at, found.checked_at) == (NOW, NOW + DAY)
    assert (found.sent, found.failed, found.skipped) == (4, {"550 5.1.1": 2}, {"unsubscribed": 1})


def test_every_word_that_was_ever_kept_can_still_be_told(
    mailing: Mailing, session: Session
) -> None:
    # Ledgers are never rewritten: a word may come to this list, and none may leave it.
    words = ["unsubscribed", "suppressed", "cancelled", "superseded", "paused", "restored"]
    end_all()
    session.execute(insert(ClosedLedger).values(
        mailing_id=mailing.id, recipients_hash="", sent=1, failed={}, unclear_copies=0,
        skipped=dict.fromkeys(words, 1), kept_at=NOW, checked_at=NOW))
    assert listed(mailing).skipped == dict.fromkeys(words, 1)
    assert listed(mailing).skips == READERS - 1
    assert set(words) == set(SkipReason)


def test_a_mailing_without_recipients_is_kept_as_well(session: Session) -> None:
    edition_id = material.edition([material.article("data")]).id
    carry_out_edition(edition_id, settings=settings(), now=NOW)
    found = get_mailing("edition:90-8")
    assert (found.status, found.recipients) == (MailingStatus.FINISHED, 0)
    assert check() == []
    assert kept() == [found.id]
    assert told(listed(found)) == told(progress(found))


def test_what_was_skipped_since_the_list_closed_is_told_by_reason(mailing: Mailing) -> None:
    skip([each.id for each in material.deliveries()], reason=SkipReason.SUPPRESSED)
    close_finished(now=NOW)
    assert check() == []
    assert listed(mailing).skipped == {SkipReason.SUPPRESSED: READERS}
