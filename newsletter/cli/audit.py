"""`newsletter audit`: verify the trail of who did what."""

import click

from newsletter.accounts.verify_audit import verify_audit
from newsletter.cli.lazy import REFUSED
from newsletter.cli.opened import opened
from newsletter.cli.output import as_json, print_json
from newsletter.cli.progress import busy
from newsletter.cli.seals import with_seals


@click.group()
def audit() -> None:
    """The trail of who did what."""


@audit.command("verify")
@with_seals
@as_json
@click.pass_context
def verify(ctx: click.Context, sealed: tuple[str, ...], json_wanted: bool) -> None:
    """Walk the whole trail and its seals, and name the first broken entry.

    Exit code 1 when there is one.
    """
    with opened(), busy("audit trail"):
        verdict = verify_audit(sealed)
    broken = verdict.broken
    if json_wanted:
        fault = {"fault": broken.fault, "entry": broken.sequence,
                 "sentence": broken.sentence} if broken else None
        print_json({"entries": verdict.entries, "seals": verdict.seals,
                    "newest": verdict.newest, "broken": fault})
    elif broken:
        click.echo(broken.sentence)
    else:
        click.echo(f"Whole: {verdict.entries} entries, {verdict.seals} seals.")
    ctx.exit(REFUSED if broken else 0)
