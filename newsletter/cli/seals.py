"""The hashes of seals that an operator has in a log, as an option of what verifies them."""

from collections.abc import Callable
from typing import Any

import click


def with_seals(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option --seal, as `sealed`: beginnings of hashes, each well-formed."""
    return click.option(
        "--seal", "sealed", metavar="HEX", multiple=True, callback=_well_formed,
        help="The hash of a seal as your log has it; must be there too. Repeat it for more.",
    )(command)


def _well_formed(
    _context: click.Context, _option: click.Parameter, given: tuple[str, ...]
) -> tuple[str, ...]:
    for beginning in given:
        if not 16 <= len(beginning) <= 64 or set(beginning) - set("0123456789abcdef"):
            raise click.BadParameter("give 16 to 64 hex digits.", param_hint="--seal")
    return given
