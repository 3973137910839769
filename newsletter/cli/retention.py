"""`newsletter retention`: take away what may no longer be kept, and see what was."""

from datetime import timedelta

import click

from newsletter import clock
from newsletter.cli.opened import opened
from newsletter.cli.output import as_csv, as_json, print_rows
from newsletter.core import signer
from newsletter.sending import retain as keeping


@click.group()
def retention() -> None:
    """What may no longer be kept."""


@retention.command("run")
@as_json
def run(json_wanted: bool) -> None:
    """Take away everything whose time has passed; the clock does so by itself."""
    with opened():
        done = keeping.retain((*keeping.OFTEN, *keeping.DAILY), signer=signer(), now=clock.now())
    rows = [{"what": what, "removed": count} for what, count in done.items()]
    print_rows(("what", "removed"), rows, json_wanted=json_wanted, csv_wanted=False)


@retention.command("report")
@click.option("--days", type=click.IntRange(1, 400), default=30, show_default=True,
              help="How far back.")
@as_json
@as_csv
def report(days: int, json_wanted: bool, csv_wanted: bool) -> None:
    """What was taken away, newest first."""
    with opened():
        rows = [{"at": row.at, "what": row.what, "removed": row.removed}
                for row in keeping.report(since=clock.now() - timedelta(days=days))]
    print_rows(("at", "what", "removed"), rows, json_wanted=json_wanted, csv_wanted=csv_wanted)
