"""`newsletter alarms`: what waits for a person, and closing what was seen to."""

import click
from sqlalchemy import select

from newsletter import clock
from newsletter.accounts.audit import record
from newsletter.cli.opened import opened
from newsletter.cli.operators import as_operator
from newsletter.cli.output import as_csv, as_json, print_rows
from newsletter.deliveries.alarm import clear_alarm, open_alarms
from newsletter.deliveries.models import Alarm
from newsletter.errors import NotFound
from newsletter.extensions import db
from newsletter.transaction import transaction

COLUMNS = ("id", "kind", "subject", "raised_at", "details")


@click.group()
def alarms() -> None:
    """What waits for a person."""


@alarms.command("list")
@as_json
@as_csv
def list_alarms(json_wanted: bool, csv_wanted: bool) -> None:
    """List the open alarms, newest first."""
    with opened():
        rows = [
            {"id": alarm.id, "kind": alarm.kind, "subject": alarm.subject,
             "raised_at": alarm.raised_at, "details": alarm.details}
            for alarm in open_alarms()
        ]
    print_rows(COLUMNS, rows, json_wanted=json_wanted, csv_wanted=csv_wanted)


@alarms.command("close")
@click.argument("alarm_id", type=int, metavar="ID")
@as_operator
def close(alarm_id: int, operator: str) -> None:
    """Close the alarm ID when you have seen to it. One whose cause is still there comes back."""
    with opened(), transaction():
        now = clock.now()
        alarm = db.session.scalar(
            select(Alarm).where(Alarm.id == alarm_id, Alarm.cleared_at.is_(None))
        )
        if alarm is None:
            raise NotFound(f"open alarm {alarm_id}")
        clear_alarm(alarm.kind, alarm.subject, now=now)
        record("close_alarm", f"alarm:{alarm_id}", now=now, actor=f"operator:{operator}",
               door="cli", kind=alarm.kind, about=alarm.subject)
    click.echo(f"Alarm {alarm_id} is closed.", err=True)
