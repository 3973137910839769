"""The command of a worker: Celery's own, after taking up the tasks of its queues alone."""

from typing import Any

import click
from celery.bin.base import CLIContext
from celery.bin.worker import worker

from tasks.lanes import MODULES, modules_of
from tasks.worker import app


def work() -> None:
    """Work until told to stop. Raises SystemExit with Celery's exit code."""
    _work(prog_name="python -m tasks",
          obj=CLIContext(app=app, no_color=True, workdir=None, quiet=True))


@click.command(params=worker.params, context_settings=worker.context_settings)
@click.pass_context
def _work(context: click.Context, /, queues: list[str], **_: Any) -> None:
    unknown = set(queues).difference(MODULES)
    if unknown or not queues:
        raise click.BadParameter(
            f"one or more of {', '.join(MODULES)}, with commas between", param_hint="--queues"
        )
    app.conf.imports = modules_of(queues)
    context.forward(worker)
