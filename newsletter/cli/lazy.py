"""A group of commands that imports a command when it is called, and answers errors in one line."""

import errno
import importlib
from collections.abc import Mapping
from typing import Any, NamedTuple

import click

from newsletter.errors import (
    BadInput,
    BadSettings,
    EditionNotReady,
    NewsletterError,
    NotFound,
    ServerMissing,
    WrongState,
)

REFUSED = 1
NOT_SET_UP = 2


class Command(NamedTuple):
    """Where a command lives (`module:name`), and what it does in one sentence."""

    target: str
    sentence: str


class LazyGroup(click.Group):
    """The outermost group: knows its commands by name, and turns our errors into exit codes."""

    def __init__(self, *args: Any, commands_at: Mapping[str, Command], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.commands_at = commands_at

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the table."""
        return list(self.commands_at)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command itself; imports its module."""
        if cmd_name not in self.commands_at:
            return None
        module, _, name = self.commands_at[cmd_name].target.partition(":")
        found: click.Command = getattr(importlib.import_module(module), name)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in `--help`, from the table alone, so that it shows at once."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, row.sentence) for name, row in self.commands_at.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. Our own errors become lines on standard error and an exit code."""
        try:
            return super().invoke(ctx)
        except BadSettings as error:
            for fault in error.faults:
                click.echo(fault, err=True)
            ctx.exit(NOT_SET_UP)
        except NewsletterError as error:
            click.echo(_line(error), err=True)
            ctx.exit(NOT_SET_UP if isinstance(error, ServerMissing) else REFUSED)
        except OSError as error:
            # A reader that went away, as `| head` does, is click's to answer.
            if error.errno != errno.ENOSPC:
                raise
            click.echo(f"Not everything was written: {error.strerror}.", err=True)
            ctx.exit(REFUSED)


def _line(error: NewsletterError) -> str:
    words = {NotFound: "Not found", EditionNotReady: "The edition misses", WrongState: "Refused",
             BadInput: "Not taken"}
    for kind, before in words.items():
        if isinstance(error, kind):
            return f"{before}: {error}"
    return str(error) or type(error).__name__
