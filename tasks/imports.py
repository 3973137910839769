"""Tasks that judge and carry out lists of readers, some rows at a time."""

from newsletter import clock
from newsletter.core import signer
from newsletter.extensions import queue
from newsletter.jobs import Job, enqueue
from newsletter.subscribers import work_import as imports
from newsletter.transaction import transaction

# Few enough for a short transaction, and short enough for a worker that is asked to stop.
AT_ONCE, SECONDS = 500, 8.0


@queue.task(name=Job.WORK_IMPORT.value)
def work_import(import_id: int) -> None:
    """The next rows of one import; asks for itself again while there are more."""
    until = clock.boot_seconds() + SECONDS
    while clock.boot_seconds() < until:
        with transaction():
            more = imports.work_import(import_id, at_most=AT_ONCE, signer=signer(),
                                       now=clock.now())
        if not more:
            return
    enqueue(Job.WORK_IMPORT, import_id)
