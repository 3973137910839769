"""Tasks that remind the desk of what is nearly due."""

from newsletter import clock
from newsletter.extensions import queue
from newsletter.jobs import Job
from newsletter.sending import remind as reminders


@queue.task(name=Job.REMIND.value)
def remind() -> None:
    """The deadlines of editions that come near, also those that were missed."""
    reminders.remind_all(now=clock.now())
