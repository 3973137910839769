"""Tasks that send mailings, for some seconds and again while there is more, and recover."""

from flask import current_app

from newsletter import clock
from newsletter.core import settings
from newsletter.extensions import queue
from newsletter.jobs import Job, Lane, enqueue
from newsletter.sending import recover as recovery

# Short enough that a worker asked to stop is gone within half a minute (R08).
SECONDS = 8.0


@queue.task(name=Job.SEND_BULK.value)
def send_bulk() -> None:
    """Editions and digests."""
    if current_app.extensions["post"].run(Lane.BULK, seconds=SECONDS).has_more:
        enqueue(Job.SEND_BULK)


@queue.task(name=Job.RECOVER.value)
def recover() -> None:
    """Abandoned claims, lost wake-ups, finished mailings."""
    recovery.recover(settings(), now=clock.now())
