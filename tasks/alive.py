"""Tasks that do nothing but show that a worker takes what is asked in its queue."""

from newsletter import clock
from newsletter.deliveries.heartbeat import BULK, FEEDS, PROMPT, beat
from newsletter.extensions import queue
from newsletter.jobs import Job
from newsletter.transaction import transaction


@queue.task(name=Job.LIVE_PROMPT.value)
def live_prompt() -> None:
    """The worker of confirmations and links."""
    _note(PROMPT)


@queue.task(name=Job.LIVE_BULK.value)
def live_bulk() -> None:
    """The worker of editions and digests."""
    _note(BULK)


@queue.task(name=Job.LIVE_FEEDS.value)
def live_feeds() -> None:
    """The worker that looks at feeds."""
    _note(FEEDS)


def _note(part: str) -> None:
    with transaction():
        beat(part, now=clock.now())
