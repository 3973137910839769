"""`newsletter inbox`: the mails that the local inbox took, newest first."""

import os

import click

from newsletter import config
from newsletter.cli.output import as_csv, as_json, print_rows
from newsletter.local.mailbox import list_mails

COLUMNS = ("received_at", "recipients", "subject", "size", "mail_id")


@click.command()
@click.option("--to", metavar="TEXT", help="Only mails to a recipient that contains this.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True,
              help="At most so many.")
@as_json
@as_csv
def inbox(to: str | None, limit: int, json_wanted: bool, csv_wanted: bool) -> None:
    """List the mails in the local inbox, newest first; moments in UTC."""
    found = list_mails(config.load(os.environ).state / "inbox", to=to, limit=limit)
    rows = [
        {"received_at": mail.received_at, "recipients": list(mail.recipients),
         "sender": mail.sender, "subject": mail.subject, "size": mail.size,
         "mail_id": mail.mail_id}
        for mail in found
    ]
    print_rows(COLUMNS, rows, json_wanted=json_wanted, csv_wanted=csv_wanted)
