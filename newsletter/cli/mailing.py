"""`newsletter mailing`: the mailings, and the ledger of each as figures."""

from datetime import datetime
from typing import Any

import click

from newsletter.cells import plain
from newsletter.cli.opened import opened
from newsletter.cli.output import as_csv, as_json, print_json, print_rows
from newsletter.mailings.models import Mailing
from newsletter.mailings.queries import Progress, get_mailing, list_mailings, progress

COLUMNS = ("key", "kind", "status", "recipients", "cutoff_at", "sending_at", "finished_at")


@click.group()
def mailing() -> None:
    """Mailings: each carries out one edition or one digest slot."""


@mailing.command("list")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True,
              help="At most so many.")
@as_json
@as_csv
def list_all(limit: int, json_wanted: bool, csv_wanted: bool) -> None:
    """List the mailings, newest first; moments in UTC."""
    with opened():
        rows = [_row(found) for found in list_mailings(limit)]
    print_rows(COLUMNS, rows, json_wanted=json_wanted, csv_wanted=csv_wanted)


@mailing.command("show")
@click.argument("key")
@as_json
@click.pass_context
def show(ctx: click.Context, key: str, json_wanted: bool) -> None:
    """Show the mailing KEY and its closing ledger. Exit code 1 when the ledger does not close."""
    with opened():
        found = get_mailing(key)
        figures = progress(found)
        row = _row(found)
    if json_wanted:
        print_json(row | {"ledger": _ledger(figures)})
    else:
        _show(row, figures)
    ctx.exit(0 if figures.closes else 1)


def _row(found: Mailing) -> dict[str, Any]:
    return {
        "key": found.key,
        "kind": found.kind,
        "status": found.status.value,
        "recipients": found.recipients,
        "recipients_hash": found.recipients_hash,
        "cutoff_at": found.cutoff_at,
        "opened_at": found.opened_at,
        "sending_at": found.sending_at,
        "paused_at": found.paused_at,
        "finished_at": found.finished_at,
    }


def _ledger(figures: Progress) -> dict[str, Any]:
    return {
        "recipients": figures.recipients,
        "sent": figures.sent,
        "failed": figures.failures,
        "failed_by_code": dict(figures.failed),
        "skipped": figures.skips,
        "skipped_by_reason": {reason.value: n for reason, n in figures.skipped.items()},
        "open": figures.open,
        "unclear_copies": figures.unclear_copies,
        "same_recipients": figures.same_recipients,
        "same_outcomes": figures.same_outcomes,
        "closes": figures.closes,
    }


def _show(row: dict[str, Any], figures: Progress) -> None:
    for name, value in row.items():
        shown = plain(value) if isinstance(value, datetime) else value
        click.echo(f"{name.replace('_', ' '):16} {'' if shown is None else shown}".rstrip())
    click.echo()
    click.echo(f"recipients {figures.recipients} = sent {figures.sent} + failed {figures.failures}"
               f" + skipped {figures.skips} + open {figures.open}")
    for code, count in figures.failed.items():
        click.echo(f"  failed, {code}: {count}")
    for reason, count in figures.skipped.items():
        click.echo(f"  skipped, {reason.value}: {count}")
    if figures.unclear_copies:
        click.echo(f"  became unclear: {figures.unclear_copies} (each may have been sent twice)")
    if not figures.same_recipients:
        click.echo("  the recipients are not those that were frozen")
    if not figures.same_outcomes:
        click.echo("  what has ended is not as it was when the ledger closed")
    if figures.still_open:
        click.echo("  the mailing is finished, and yet something is open")
    click.echo("The ledger closes." if figures.closes else "The ledger does NOT close.")
