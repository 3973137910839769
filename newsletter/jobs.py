"""Job names and `enqueue`: wake-ups that leave after commit, by name, and may be lost.

PostgreSQL is the truth; a lost wake-up costs at most one tick, since recovery asks again.
"""

from collections.abc import Sequence
from contextvars import ContextVar
from enum import StrEnum

from kombu.exceptions import OperationalError

from newsletter.extensions import queue
from newsletter.logs import get_logger

log = get_logger(__name__)


class Lane(StrEnum):
    """The Celery queues: confirmations never stand behind a bulk run (R26)."""

    PROMPT = "prompt"
    BULK = "bulk"
    UPKEEP = "upkeep"


class Job(StrEnum):
    """Every job by its Celery name; each has exactly one task in `tasks/`."""

    TICK = "upkeep.tick"
    CARRY_OUT_EDITION = "mailings.carry_out_edition"
    CARRY_OUT_SLOT = "mailings.carry_out_slot"
    SEND_PROMPT = "sending.send_prompt"
    SEND_BULK = "sending.send_bulk"
    RECOVER = "sending.recover"
    CHECK_LEDGERS = "mailings.check_ledgers"
    PLAN_SLOTS = "digests.plan_slots"
    REMOVE_EXPIRED = "subscribers.remove_expired"


LANES = {
    Job.TICK: Lane.UPKEEP,
    Job.CARRY_OUT_EDITION: Lane.UPKEEP,
    Job.CARRY_OUT_SLOT: Lane.UPKEEP,
    Job.SEND_PROMPT: Lane.PROMPT,
    Job.SEND_BULK: Lane.BULK,
    Job.RECOVER: Lane.UPKEEP,
    Job.CHECK_LEDGERS: Lane.UPKEEP,
    Job.PLAN_SLOTS: Lane.UPKEEP,
    Job.REMOVE_EXPIRED: Lane.UPKEEP,
}

# In a long run every tick asks once more; a wake-up that waited so long has been overtaken.
STALE_AFTER_SECONDS = {Job.SEND_PROMPT: 60, Job.SEND_BULK: 60}

_waiting: ContextVar[list[tuple[Job, tuple[int, ...]]] | None] = ContextVar(
    "jobs_waiting", default=None
)


def enqueue(job: Job, *ids: int, times: int = 1) -> None:
    """Ask for a job. Inside `transaction()` it leaves after the commit, and not if that fails.

    Asked twice in one transaction it leaves once, or `times` times for as many idle workers.
    """
    waiting = _waiting.get()
    if waiting is None:
        _send_all([(job, ids)] * times)
    else:
        waiting.extend([(job, ids)] * (times - waiting.count((job, ids))))


def hold() -> list[tuple[Job, tuple[int, ...]]]:
    """Begin to hold wake-ups back; for `transaction()` alone."""
    waiting: list[tuple[Job, tuple[int, ...]]] = []
    _waiting.set(waiting)
    return waiting


def release(*, send: bool) -> None:
    """End the holding and send, or drop, what was asked; for `transaction()` alone."""
    waiting = _waiting.get() or []
    _waiting.set(None)
    if send:
        _send_all(waiting)


def _send_all(asked: Sequence[tuple[Job, tuple[int, ...]]]) -> None:
    """A broker that is gone costs one wait, however many wake-ups there are."""
    for place, (job, ids) in enumerate(asked):
        try:
            queue.send_task(
                job.value, args=ids, queue=LANES[job].value, expires=STALE_AFTER_SECONDS.get(job),
                retry=False, ignore_result=True,
            )
        except OperationalError:
            log.warning("wake_ups_lost", jobs=[lost.value for lost, _ in asked[place:]])
            return
