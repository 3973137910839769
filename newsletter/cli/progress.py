"""A progress bar on standard error, for work that takes a while."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

T = TypeVar("T")


def bar() -> Progress:
    """A bar that says what is done, of how many, and how long it takes still."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        # What the command prints is for standard output, also while a bar is drawn.
        redirect_stdout=False,
    )


def counted(
    rows: Iterable[T], *, progress: Progress, task: TaskID, step: int = 500
) -> Iterator[T]:
    """The rows, moving the bar every `step` of them."""
    done = 0
    for row in rows:
        yield row
        done += 1
        if done % step == 0:
            progress.advance(task, step)
    progress.advance(task, done % step)


@contextmanager
def busy(what: str) -> Iterator[None]:
    """A bar without an end, for work whose size is not known beforehand."""
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        redirect_stdout=False,
    )
    with progress:
        task = progress.add_task(what, total=None)
        yield
        progress.update(task, total=1, completed=1)
