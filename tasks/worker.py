"""The Celery application: `celery -A tasks.worker worker -Q bulk,upkeep`."""

from typing import Any

from celery import Task
from celery.signals import worker_process_init, worker_process_shutdown

from newsletter.core import create_core
from newsletter.extensions import db, queue
from newsletter.jobs import Job, Lane
from newsletter.logs import get_logger
from newsletter.sending.run import Post
from newsletter.start import start

log = get_logger(__name__)

core = start(create_core)


class InCore(Task):  # type: ignore[misc]
    """Every task runs inside the application; what it raises is logged, and asked again later."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with core.app_context():
            try:
                return super().__call__(*args, **kwargs)
            except Exception as error:  # the last resort: a tick must not die of one row
                log.exception("task_failed", task=self.name, fault=type(error).__name__)
                return None


queue.Task = InCore
queue.conf.imports = (
    "tasks.schedule",
    "tasks.sending",
    "tasks.mailings",
    "tasks.digests",
    "tasks.subscribers",
    "tasks.retention",
)
queue.conf.beat_schedule = {
    "tick": {
        "task": Job.TICK.value,
        "schedule": core.config["SETTINGS"].tick_seconds,
        # A tick that waited longer than two of its kind says nothing new.
        "options": {
            "queue": Lane.UPKEEP.value,
            "expires": 2 * core.config["SETTINGS"].tick_seconds,
        },
    }
}
app = queue


@worker_process_init.connect
def open_post(**_: Any) -> None:
    """Each process has its own session with the relay and its own connections."""
    with core.app_context():
        db.engine.dispose(close=False)
    core.extensions["post"] = Post(core)


@worker_process_shutdown.connect
def close_post(**_: Any) -> None:
    """Say goodbye to the relay."""
    if "post" in core.extensions:
        core.extensions["post"].session.close()
