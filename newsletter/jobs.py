"""Job names and `enqueue`: wake-ups that leave after commit, by name, and may be lost.

PostgreSQL is the truth; a lost wake-up costs at most one tick, since recovery asks again.
"""

from collections.abc import Sequence
from contextvars import ContextVar
from enum import StrEnum
from threading import Lock

from kombu.exceptions import OperationalError

from newsletter import clock
from newsletter.extensions import queue
from newsletter.logs import get_logger

log = get_logger(__name__)


class Lane(StrEnum):
    """The Celery queues: confirmations never stand behind a bulk run (R26)."""

    PROMPT = "prompt"
    BULK = "bulk"
    UPKEEP = "upkeep"


class Errand(StrEnum):
    """The queue of work that waits for others' servers, behind which no mail and no tick waits."""

    FEEDS = "feeds"


class Job(StrEnum):
    """Every job by its Celery name; each has exactly one task in `tasks/`."""

    TICK = "upkeep.tick"
    CARRY_OUT_EDITION = "mailings.carry_out_edition"
    CARRY_OUT_SLOT = "mailings.carry_out_slot"
    SEND_PROMPT = "sending.send_prompt"
    SEND_BULK = "sending.send_bulk"
    RECOVER = "sending.recover"
    WATCH_APPROVALS = "mailings.watch_approvals"
    CHECK_LEDGERS = "mailings.check_ledgers"
    SETTLE_NOTICES = "mailings.settle_notices"
    PLAN_SLOTS = "digests.plan_slots"
    TAKE_REQUESTS = "subscribers.take_requests"
    WATCH_RUSH = "subscribers.watch_rush"
    RETAIN = "retention.retain"
    FORGET_DETAIL = "retention.forget_detail"
    ROLL_OVER = "retention.roll_over"
    SEAL_CONSENTS = "subscribers.seal_consents"
    WATCH_CONSENTS = "subscribers.watch_consents"
    WATCH_AUDIT = "accounts.watch_audit"
    WATCH_WHOLE_AUDIT = "accounts.watch_whole_audit"
    WORK_IMPORT = "imports.work_import"
    LOOK_AT_FEED = "feeds.look_at_feed"
    COUNT_DAYS = "figures.count_days"
    REMIND = "reminders.remind"
    LIVE_PROMPT = "upkeep.live_prompt"
    LIVE_BULK = "upkeep.live_bulk"
    LIVE_FEEDS = "upkeep.live_feeds"
    TRY_LINKS = "editions.try_links"
    WATCH_LINKS = "editions.watch_links"


LANES: dict[Job, Lane | Errand] = {
    Job.TICK: Lane.UPKEEP,
    Job.CARRY_OUT_EDITION: Lane.UPKEEP,
    Job.CARRY_OUT_SLOT: Lane.UPKEEP,
    Job.SEND_PROMPT: Lane.PROMPT,
    Job.SEND_BULK: Lane.BULK,
    Job.RECOVER: Lane.UPKEEP,
    Job.WATCH_APPROVALS: Lane.UPKEEP,
    Job.CHECK_LEDGERS: Lane.UPKEEP,
    Job.SETTLE_NOTICES: Lane.UPKEEP,
    Job.PLAN_SLOTS: Lane.UPKEEP,
    Job.TAKE_REQUESTS: Lane.PROMPT,
    Job.WATCH_RUSH: Lane.UPKEEP,
    Job.RETAIN: Lane.UPKEEP,
    Job.FORGET_DETAIL: Lane.UPKEEP,
    Job.ROLL_OVER: Lane.UPKEEP,
    Job.SEAL_CONSENTS: Lane.UPKEEP,
    Job.WATCH_CONSENTS: Lane.UPKEEP,
    Job.WATCH_AUDIT: Lane.UPKEEP,
    Job.WATCH_WHOLE_AUDIT: Lane.UPKEEP,
    Job.WORK_IMPORT: Lane.UPKEEP,
    Job.LOOK_AT_FEED: Errand.FEEDS,
    Job.COUNT_DAYS: Lane.UPKEEP,
    Job.REMIND: Lane.UPKEEP,
    Job.LIVE_PROMPT: Lane.PROMPT,
    Job.LIVE_BULK: Lane.BULK,
    Job.LIVE_FEEDS: Errand.FEEDS,
    Job.TRY_LINKS: Errand.FEEDS,
    Job.WATCH_LINKS: Lane.UPKEEP,
}

# In a long run every tick asks once more; a wake-up that waited so long has been overtaken.
STALE_AFTER_SECONDS = {Job.TAKE_REQUESTS: 60, Job.SEND_PROMPT: 60, Job.SEND_BULK: 60,
                       Job.LOOK_AT_FEED: 60, Job.LIVE_PROMPT: 60, Job.LIVE_BULK: 60,
                       Job.LIVE_FEEDS: 60}

# Jobs that take whatever waits: of many asked within so many seconds by one process, the first
# leaves at once and one more when the time is over, which comes after all that were asked between.
GATHERED_SECONDS = {Job.TAKE_REQUESTS: 0.25}
_last_leaves: dict[Job, float] = {}
_gathering = Lock()

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
        countdown = _gathered(job)
        if countdown is None:
            continue
        try:
            queue.send_task(
                job.value, args=ids, queue=LANES[job].value, expires=STALE_AFTER_SECONDS.get(job),
                countdown=countdown or None, retry=False, ignore_result=True,
            )
        except OperationalError:
            log.warning("wake_ups_lost", jobs=[lost.value for lost, _ in asked[place:]])
            return


def _gathered(job: Job) -> float | None:
    """In how many seconds a wake-up leaves; None when one is on its way that comes after it."""
    span = GATHERED_SECONDS.get(job)
    if span is None:
        return 0.0
    with _gathering:
        now = clock.boot_seconds()
        leaves = _last_leaves.get(job, float("-inf"))
        if leaves > now:
            return None
        _last_leaves[job] = now + span if now - leaves < span else now
        return _last_leaves[job] - now
