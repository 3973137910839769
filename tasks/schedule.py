"""The one tick of beat, and the table of what it asks for."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from newsletter import clock
from newsletter.articles.find_feeds import due_feeds
from newsletter.core import settings
from newsletter.deliveries.heartbeat import BEAT, beat
from newsletter.digests.queries import due_slots
from newsletter.editions.due import due_editions
from newsletter.extensions import queue
from newsletter.jobs import Job, enqueue
from newsletter.sending.notice_restore import notice_restore
from newsletter.subscribers.import_queries import imports_at_work
from newsletter.transaction import transaction

# What is asked at every tick, and what only once in a while; all are safe to ask too often.
EVERY_TICK = (Job.RECOVER, Job.TAKE_REQUESTS, Job.WATCH_RUSH)
NOW_AND_THEN = {
    Job.WATCH_APPROVALS: timedelta(minutes=1),
    Job.CHECK_LEDGERS: timedelta(minutes=1),
    Job.SETTLE_NOTICES: timedelta(minutes=10),
    Job.PLAN_SLOTS: timedelta(minutes=30),
    Job.RETAIN: timedelta(minutes=30),
    Job.FORGET_DETAIL: timedelta(days=1),
    Job.ROLL_OVER: timedelta(minutes=10),
    Job.SEAL_CONSENTS: timedelta(hours=1),
    Job.WATCH_CONSENTS: timedelta(days=1),
    Job.WATCH_AUDIT: timedelta(hours=1),
    # It does something once a night; asked more often, a night without us costs an hour.
    Job.COUNT_DAYS: timedelta(hours=1),
    Job.REMIND: timedelta(minutes=1),
    Job.LIVE_PROMPT: timedelta(minutes=1),
    Job.LIVE_BULK: timedelta(minutes=1),
    Job.LIVE_FEEDS: timedelta(minutes=1),
    Job.WATCH_LINKS: timedelta(minutes=10),
    Job.WATCH_WHOLE_AUDIT: timedelta(days=1),
}

# An article released a moment before a slot's cut-off may not be committed yet: wait for it, or it
# would fall between this window and the next.
SETTLED_AFTER = timedelta(seconds=3)

_asked_at: dict[Job, float] = {}


@queue.task(name=Job.TICK.value)
def tick() -> None:
    """Ask for whatever is due, also what was missed."""
    now = clock.now()
    notice_restore(settings(), now=now)
    with transaction():
        beat(BEAT, now=now)
        for job, row_id in _due_rows(now):
            enqueue(job, row_id)
        for job in (*EVERY_TICK, *_ripe(clock.boot_seconds())):
            enqueue(job)


def _due_rows(now: datetime) -> Iterator[tuple[Job, int]]:
    """What waits in our tables, each with the job that carries it out."""
    for slot_id in due_slots(now - SETTLED_AFTER):
        yield Job.CARRY_OUT_SLOT, slot_id
    for edition_id in due_editions(now):
        yield Job.CARRY_OUT_EDITION, edition_id
    for import_id in imports_at_work():
        yield Job.WORK_IMPORT, import_id
    for feed_id in due_feeds(now):
        yield Job.LOOK_AT_FEED, feed_id


def _ripe(seconds: float) -> list[Job]:
    ripe = [job for job, every in NOW_AND_THEN.items()
            if seconds - _asked_at.get(job, float("-inf")) >= every.total_seconds()]
    _asked_at.update(dict.fromkeys(ripe, seconds))
    return ripe
