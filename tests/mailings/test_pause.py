"""Pausing, going on and stopping: what each state allows, and what becomes of the rest."""

from datetime import timedelta

import pytest
from sqlalchemy import text, update
from sqlalchemy.orm import Session

from newsletter.core import settings
from newsletter.deliveries.alarm import open_alarms
from newsletter.deliveries.claim import release
from newsletter.deliveries.due import lock_due
from newsletter.deliveries.models import Delivery, DeliveryStatus
from newsletter.errors import NotFound, WrongState
from newsletter.jobs import Lane
from newsletter.mailings.close import close_finished
from newsletter.mailings.models import Mailing, MailingStatus
from newsletter.mailings.pause import cancel, pause, resume
from newsletter.mailings.queries import get_mailing, list_mailings, progress
from newsletter.sending.carry_out import carry_out_edition
from tests import material
from tests.mailings.ended import check_ledgers
from tests.material import NOW

HOUR = timedelta(hours=1)


@pytest.fixture
def mailing(session: Session) -> Mailing:
    """A mailing to five readers, under way."""
    for _ in range(5):
        material.reader()
    edition_id = material.edition([material.article("data")]).id
    carry_out_edition(edition_id, settings=settings(), now=NOW)
    # Claims go by the database's clock, whatever day it is there.
    session.execute(text("update deliveries set due_at = clock_timestamp()"))
    session.expire_all()
    return get_mailing("edition:90-8")


def end_all(session: Session) -> None:
    session.execute(update(Delivery).values(status="sent", sent_at=NOW, claim_id=None))


def test_a_paused_mailing_gives_nothing_to_claim_until_it_goes_on(mailing: Mailing) -> None:
    pause(mailing.id, now=NOW)
    assert (mailing.status, mailing.paused_at) == (MailingStatus.PAUSED, NOW)
    assert lock_due(Lane.BULK, limit=9) == []
    resume(mailing.id, now=NOW)
    assert (mailing.status, mailing.paused_at) == (MailingStatus.SENDING, None)
    assert len(lock_due(Lane.BULK, limit=9)) == 5


def test_pausing_and_going_on_twice_is_as_good_as_once(mailing: Mailing) -> None:
    pause(mailing.id, now=NOW)
    assert pause(mailing.id, now=NOW + HOUR).paused_at == NOW
    resume(mailing.id, now=NOW)
    assert resume(mailing.id, now=NOW).status is MailingStatus.SENDING


def test_cancelling_skips_the_rest_and_the_ledger_closes(mailing: Mailing) -> None:
    assert cancel(mailing.id, now=NOW) == 5
    assert cancel(mailing.id, now=NOW) == 0
    ledger = progress(mailing)
    assert (ledger.skipped, ledger.open, ledger.closes) == ({"cancelled": 5}, 0, True)


def test_a_paused_mailing_can_be_cancelled(mailing: Mailing) -> None:
    pause(mailing.id, now=NOW)
    assert cancel(mailing.id, now=NOW) == 5


def test_what_a_worker_held_and_gave_back_after_the_end_does_not_stay_open(
    mailing: Mailing,
) -> None:
    owner, _ = material.claimed(Lane.BULK, limit=2)
    assert cancel(mailing.id, now=NOW) == 3
    held = [each.id for each in material.deliveries() if each.status is DeliveryStatus.CLAIMED]
    release(held, claim_ids=[owner], wait=timedelta(0))
    assert progress(mailing).open == 2
    close_finished(now=NOW)
    ledger = progress(mailing)
    assert (ledger.open, ledger.skips, ledger.closes) == (0, 5, True)
    assert mailing.status is MailingStatus.CANCELLED


@pytest.mark.parametrize("state", ["finished", "cancelled"])
def test_what_is_over_cannot_be_paused_or_go_on(
    mailing: Mailing, session: Session, state: str
) -> None:
    if state == "finished":
        end_all(session)
        assert close_finished(now=NOW) == [mailing.id]
        with pytest.raises(WrongState, match=state):
            cancel(mailing.id, now=NOW)
    else:
        cancel(mailing.id, now=NOW)
    with pytest.raises(WrongState, match=state):
        pause(mailing.id, now=NOW)
    with pytest.raises(WrongState, match=state):
        resume(mailing.id, now=NOW)


def test_a_deed_sees_what_another_has_done_meanwhile(mailing: Mailing, session: Session) -> None:
    assert mailing.status is MailingStatus.SENDING
    session.execute(text("update mailings set status = 'finished', finished_at = now()"))
    with pytest.raises(WrongState, match="finished"):
        pause(mailing.id, now=NOW)


def test_a_mailing_that_is_not_there_is_not_found(session: Session) -> None:
    for deed in (lambda: pause(1, now=NOW), lambda: resume(1, now=NOW), lambda: cancel(1, now=NOW),
                 lambda: get_mailing("edition:1-1")):
        with pytest.raises(NotFound):
            deed()


def test_a_mailing_is_finished_when_nothing_is_open(mailing: Mailing, session: Session) -> None:
    assert close_finished(now=NOW) == []
    end_all(session)
    assert close_finished(now=NOW + HOUR) == [mailing.id]
    assert close_finished(now=NOW + 2 * HOUR) == []
    session.refresh(mailing)
    assert mailing.finished_at == NOW + HOUR


def test_a_ledger_that_opens_rings_once_and_stops_when_it_closes(
    mailing: Mailing, session: Session
) -> None:
    since = NOW - HOUR
    assert check_ledgers(now=NOW, since=since) == []
    session.execute(text("update mailings set recipients = recipients + 1"))
    session.expire_all()
    for _ in range(2):
        assert check_ledgers(now=NOW, since=since) == [mailing.key]
    assert [each.kind for each in open_alarms()] == ["ledger_does_not_close"]
    session.execute(text("update mailings set recipients = recipients - 1"))
    session.expire_all()
    assert check_ledgers(now=NOW, since=since) == []
    assert open_alarms() == []


def test_the_newest_mailing_stands_first(mailing: Mailing) -> None:
    assert list_mailings(limit=1) == [mailing]
