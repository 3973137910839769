"""`newsletter relay-log`: what our own relay's log says of mails, by Message-ID (R12)."""

from dataclasses import asdict
from datetime import timedelta

import click

from newsletter import clock
from newsletter.cli.opened import opened
from newsletter.cli.output import as_csv, as_json, print_rows
from newsletter.core import settings, signer
from newsletter.sending.ask_relay_log import ask_of_names, ask_of_unclear

COLUMNS = ("message_id", "verdict", "delivery_id", "taken_at", "queue_id")


@click.command("relay-log")
@click.argument("message_ids", nargs=-1, metavar="[MESSAGE-ID]...")
@click.option("--unclear", is_flag=True, help="Of every delivery that is unclear now.")
@click.option("--days", type=click.IntRange(1, 366), default=7, show_default=True,
              help="So far back MESSAGE-IDs are looked for.")
@as_json
@as_csv
def relay_log(
    message_ids: tuple[str, ...], unclear: bool, days: int, json_wanted: bool, csv_wanted: bool
) -> None:
    """Say of each MESSAGE-ID whether our own Postfix took it. It only reads, RELAY_LOG first.

    Workers ask by themselves before they send an unclear mail again; this is for you to see what
    they will find. «taken»: the relay has or had it, whatever we heard. «not taken»: the log goes
    on beyond the offer and does not know it, so it will be sent again.
    """
    if bool(message_ids) == unclear:
        raise click.UsageError("Name MESSAGE-IDs, or say --unclear.")
    with opened():
        said = list(ask_of_unclear(settings(), signer())) if unclear else ask_of_names(
            settings(), message_ids, since=clock.now() - timedelta(days=days))
    print_rows(COLUMNS, [asdict(each) for each in said], json_wanted=json_wanted,
               csv_wanted=csv_wanted)
