"""The command of a worker: Celery's own, after taking up the tasks of its queues alone."""

import os
from typing import Any

import click
from celery.bin.base import CLIContext
from celery.bin.worker import worker
from celery.signals import worker_process_init

from newsletter.jobs import Lane
from tasks.lanes import BULK_NICENESS, MODULES, SENDING, modules_of
from tasks.worker import app, take_keys


def work() -> None:
    """Work until told to stop. Raises SystemExit: Celery's exit code, or that of a bad start."""
    _work(prog_name="python -m tasks",
          obj=CLIContext(app=app, no_color=True, workdir=None, quiet=True))


@click.command(params=worker.params, context_settings=worker.context_settings)
@click.pass_context
def _work(
    context: click.Context, /, queues: list[str] | None, detach: bool, **_: Any
) -> None:
    if detach or context.args:
        raise click.UsageError("neither --detach nor settings after -- are taken here")
    if not queues or set(queues).difference(MODULES):
        raise click.BadParameter(
            f"one or more of {', '.join(MODULES)}, with commas between", param_hint="--queues"
        )
    if SENDING.intersection(queues):
        take_keys()
    app.conf.imports = modules_of(queues)
    if set(queues) == {Lane.BULK.value}:
        os.nice(BULK_NICENESS)
    _end_orphans(os.getpid())
    context.forward(worker)


def _end_orphans(parent: int) -> None:
    """Let a process end at once whose worker was killed while it was being forked.

    The system tells it of its parent's death only from when it asks for that (prctl(2)), which
    Celery does before this; what it waits for would never come, since its siblings hold that open.
    """
    @worker_process_init.connect(weak=False)
    def end_if_orphan(**_: Any) -> None:
        # A pool without processes of its own says this of the worker itself.
        if os.getpid() != parent != os.getppid():
            os._exit(1)
