"""Whose hand is at the command line: the name that goes into the audit trail."""

import getpass
import os
import re
from collections.abc import Callable
from typing import Any

import click

LONGEST = 64


def _named(_ctx: click.Context, _option: click.Parameter, given: str | None) -> str:
    name = given or _login()
    if not re.fullmatch(rf"[\w.-]{{1,{LONGEST}}}", name):
        raise click.BadParameter(
            "say who you are: letters, digits, dot, dash and underscore, at most 64."
        )
    return name


def _login() -> str:
    # Behind sudo the person is in SUDO_USER, and every other place says only "root".
    try:
        return os.environ.get("SUDO_USER") or getpass.getuser()
    except (OSError, KeyError):  # a container's user that has no name
        return ""


def as_operator(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option `--operator`; the command gets the name, from the login unless it is given."""
    return click.option(
        "--operator", metavar="NAME", callback=_named,
        help="Your name for the audit trail; your login unless given.",
    )(command)
