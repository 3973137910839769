"""Tasks that carry out editions and slots, and check the ledgers."""

from datetime import timedelta

from newsletter import clock
from newsletter.core import settings
from newsletter.extensions import queue
from newsletter.jobs import Job
from newsletter.mailings import check_ledgers as ledgers
from newsletter.mailings.settle_notices import settle_notices as settle_notices_of_ended
from newsletter.sending import carry_out
from newsletter.sending import watch_approvals as approvals
from newsletter.transaction import transaction

LATELY = timedelta(days=14)  # what began since then is looked at each time


@queue.task(name=Job.CARRY_OUT_EDITION.value)
def carry_out_edition(edition_id: int) -> None:
    """An edition whose moment has come."""
    carry_out.carry_out_edition(edition_id, settings=settings(), now=clock.now())


@queue.task(name=Job.CARRY_OUT_SLOT.value)
def carry_out_slot(slot_id: int) -> None:
    """A digest slot whose moment has come."""
    carry_out.carry_out_slot(slot_id, settings=settings(), now=clock.now())


@queue.task(name=Job.WATCH_APPROVALS.value)
def watch_approvals() -> None:
    """Every edition that waits to leave must still be as it was approved."""
    approvals.watch_approvals(settings=settings(), now=clock.now())


@queue.task(name=Job.CHECK_LEDGERS.value)
def check_ledgers() -> None:
    """Every ledger of late must close, and one of the past; each is told as soon as it is known."""
    now = clock.now()
    with transaction():
        waiting = ledgers.ledgers_to_check(now=now, since=now - LATELY)
    for mailing_id in waiting:
        with transaction():
            if not ledgers.take_turn():
                return
            ledgers.check_ledger(mailing_id, now=clock.now())


@queue.task(name=Job.SETTLE_NOTICES.value)
def settle_notices() -> None:
    """What mails carried that ended since is given, or owed again."""
    with transaction():
        settle_notices_of_ended()
