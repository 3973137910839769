"""Recover, every tick: abandoned claims, overdue work without a wake-up, mailings that are done."""

from datetime import datetime

from newsletter.deliveries.recover import expire_leases, lanes_with_work
from newsletter.jobs import Job, Lane, enqueue
from newsletter.logs import get_logger
from newsletter.mailings.close import close_finished
from newsletter.transaction import transaction

log = get_logger(__name__)

_SENDS = {Lane.PROMPT: Job.SEND_PROMPT, Lane.BULK: Job.SEND_BULK}


def recover(*, now: datetime) -> None:
    """Turn expired claims into *unclear*, close what is finished, and ask again for the rest.

    Safe to repeat and to run anywhere; a broker that lost every wake-up costs one tick (R09).
    """
    with transaction():
        abandoned = expire_leases()
        finished = close_finished(now=now)
        for lane in lanes_with_work():
            enqueue(_SENDS[lane])
    if abandoned:
        log.warning("claims_abandoned", count=abandoned)
    for mailing_id in finished:
        log.info("mailing_finished", mailing=mailing_id)
