"""Tasks that watch over who did what at the desk."""

from newsletter import clock
from newsletter.extensions import queue
from newsletter.jobs import Job
from newsletter.sending import watch_audit as trail
from newsletter.transaction import transaction


@queue.task(name=Job.WATCH_AUDIT.value)
def watch_audit() -> None:
    """Whether the audit trail is whole since its newest seal; then another."""
    with transaction():
        trail.watch_audit(now=clock.now())


@queue.task(name=Job.WATCH_WHOLE_AUDIT.value)
def watch_whole_audit() -> None:
    """Whether the whole audit trail is as it was written."""
    with transaction():
        trail.watch_whole_audit(now=clock.now())
