"""The Celery application: `python -m tasks` is a worker, `celery -A tasks.worker beat` a clock."""

import gc
import mmap
import sys
from typing import Any

from celery import Task
from celery.signals import worker_process_init, worker_process_shutdown, worker_shutting_down
from sqlalchemy.orm import configure_mappers

from newsletter.core import create_core
from newsletter.dkim_keys import Keyring
from newsletter.errors import BadSettings
from newsletter.extensions import db, queue
from newsletter.jobs import Job, Lane
from newsletter.logs import get_logger
from newsletter.sending.run import Post
from newsletter.start import NOT_LOADED, start
from tasks.lanes import MODULES, modules_of

log = get_logger(__name__)

# How long the thread that has the ledger may keep the interpreter from the one that has the wires,
# which needs it a hundred microseconds at a time. Python's own 5 ms would leave the relay idle.
SWITCH_SECONDS = 0.0005

# Of what a mail is made of nothing refers to itself in a circle: looking for circles finds nothing,
# and as often as Python does it takes an eighth of our time. What stands when a process begins is
# never looked at again, which also leaves its pages shared with the process it was forked from.
GARBAGE_EVERY = 50_000, 10, 10

core = start(create_core)
# Here, for otherwise each process that sends would do it again with its first question.
configure_mappers()


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
# All, for who asks Celery about them; a worker that `python -m tasks` starts takes up only its own.
queue.conf.imports = modules_of(MODULES)
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


# Shared with the processes that are forked: they are not told otherwise that the worker is to end.
_is_stopping = mmap.mmap(-1, 1)


@worker_shutting_down.connect
def tell_processes(**_: Any) -> None:
    """From now on no mail is begun; those on the wires have some seconds for their answers."""
    _is_stopping[0] = 1


def take_keys() -> None:
    """Have what signs in hand before any process is forked, for workers that send.

    A process that came without it would live on and send nothing. Raises SystemExit, with a line
    that says why, when a key that signs cannot be used.
    """
    try:
        core.extensions["keyring"] = Keyring.load(core.config["SETTINGS"])
    except BadSettings as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(NOT_LOADED) from None


@worker_process_init.connect
def open_post(**_: Any) -> None:
    """Each process has its own connections, and if it sends its conversations with the relay."""
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.freeze()
    gc.set_threshold(*GARBAGE_EVERY)
    with core.app_context():
        db.engine.dispose(close=False)
    if (keyring := core.extensions.get("keyring")) is not None:
        core.extensions["post"] = Post(
            core, keyring=keyring, is_stopping=lambda: bool(_is_stopping[0]))


@worker_process_shutdown.connect
def close_post(**_: Any) -> None:
    """Say goodbye to the relay."""
    if "post" in core.extensions:
        core.extensions["post"].close()
