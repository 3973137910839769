"""Tasks that keep what we know of people as little as it may be."""

from newsletter import clock
from newsletter.extensions import queue
from newsletter.jobs import Job
from newsletter.subscribers import expire
from newsletter.transaction import transaction


@queue.task(name=Job.REMOVE_EXPIRED.value)
def remove_expired() -> None:
    """Sign-ups that nobody confirmed in seven days."""
    with transaction():
        expire.remove_expired(now=clock.now())
