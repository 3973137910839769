"""Tasks that keep what we know of people as little as it may be (P07)."""

from newsletter import clock
from newsletter.core import signer
from newsletter.extensions import queue
from newsletter.jobs import Job
from newsletter.sending import retain as retention


@queue.task(name=Job.RETAIN.value)
def retain() -> None:
    """Sign-ups nobody confirmed, readers long gone, addresses that no longer serve."""
    retention.retain(retention.OFTEN, signer=signer(), now=clock.now())


@queue.task(name=Job.FORGET_DETAIL.value)
def forget_detail() -> None:
    """Attempts and details of mails of more than thirteen months ago."""
    retention.retain(retention.DAILY, signer=signer(), now=clock.now())
