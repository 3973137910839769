"""Tasks that keep what we know of people as little as it may be, and the past apart (P07)."""

from newsletter import clock
from newsletter.core import signer
from newsletter.deliveries import partitions
from newsletter.extensions import queue
from newsletter.jobs import Job
from newsletter.sending import retain as retention
from newsletter.transaction import transaction


@queue.task(name=Job.RETAIN.value)
def retain() -> None:
    """Sign-ups nobody confirmed, readers long gone, addresses that no longer serve."""
    retention.retain(retention.OFTEN, signer=signer(), now=clock.now())


@queue.task(name=Job.FORGET_DETAIL.value)
def forget_detail() -> None:
    """Attempts and details of mails of more than thirteen months ago."""
    retention.retain(retention.DAILY, signer=signer(), now=clock.now())


@queue.task(name=Job.ROLL_OVER.value)
def roll_over() -> None:
    """The ledger's next partition, once its month has come or this one is full."""
    with transaction():
        partitions.roll_over(now=clock.now())
