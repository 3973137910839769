"""Tasks that count what there is to know without following anybody."""

from newsletter import clock
from newsletter.extensions import queue
from newsletter.jobs import Job, enqueue
from newsletter.subscribers import count_days as days
from newsletter.transaction import transaction


@queue.task(name=Job.COUNT_DAYS.value)
def count_days() -> None:
    """Each day that is over, once; and on while there are more."""
    with transaction():
        if days.count_days(now=clock.now()):
            enqueue(Job.COUNT_DAYS)
