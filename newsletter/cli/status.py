"""`newsletter status`: whether every part works, and what waits."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

import click

from newsletter import clock
from newsletter.assessed import ASSESSED_ON, is_assessment_due
from newsletter.cli import parts
from newsletter.cli.lazy import REFUSED
from newsletter.cli.opened import opened
from newsletter.cli.output import as_json, print_json, print_table
from newsletter.cli.waiting import Waiting, waiting
from newsletter.deliveries.models import SwitchName
from newsletter.deliveries.switch import is_on


@click.command()
@as_json
@click.pass_context
def status(ctx: click.Context, json_wanted: bool) -> None:
    """Say whether every part works, and what waits. Exit code 1 when something is wrong.

    Moments are in UTC.
    """
    with opened():
        found = [parts.database(), parts.broker(), parts.relay(), parts.signing(),
                 parts.workers()]
        queues = parts.wake_ups()
        now = clock.now()
        picture = attack_mode = sending = None
        if found[0].works:
            found.append(parts.schema())
        # In an older schema not even what waits can be asked.
        if all(part.works for part in found if part.part in ("database", "schema")):
            attack_mode = is_on(SwitchName.ATTACK_MODE)
            sending = "held" if is_on(SwitchName.SENDING_HELD) else (
                "stopped" if is_on(SwitchName.SENDING_STOPPED) else "goes on")
            found.append(parts.beat(now))
            picture = waiting(now)
    wrong = [f"{part.part}: {part.says}" for part in found if not part.works]
    wrong += _wrong_in(picture) if picture else []
    report = {
        "works": not wrong,
        "at": now,
        "wrong": wrong,
        "to_do": _to_do(now),
        "parts": [asdict(part) for part in found],
        "wake_ups": queues,
        "attack_mode": attack_mode,
        "sending": sending,
        "waiting": asdict(picture) if picture else None,
    }
    if json_wanted:
        print_json(report)
    else:
        _show(report, picture)
    ctx.exit(REFUSED if wrong else 0)


def _wrong_in(picture: Waiting) -> list[str]:
    wrong = [f"alarm {row['kind']}: {row['subject']}" for row in picture.alarms]
    wrong += [f"{late} is late: a person must decide" for late in picture.late]
    if picture.overdue:
        wrong.append(f"{picture.overdue} deliveries should have been taken up 5 minutes ago")
    if picture.requests_overdue:
        wrong.append(f"{picture.requests_overdue} posted forms should have been taken up 5 "
                     "minutes ago")
    return wrong


def _to_do(now: datetime) -> list[str]:
    """What a person must see to one of these days; nothing stands still for it."""
    if not is_assessment_due(clock.local(now).date()):
        return []
    return [f"the accessibility statement is of {ASSESSED_ON}: assess pages and mails again"]


def _show(report: dict[str, Any], picture: Waiting | None) -> None:
    print_table(("part", "works", "says"), report["parts"])
    queues = ", ".join(f"{lane} {'?' if size is None else size}"
                       for lane, size in report["wake_ups"].items())
    click.echo(f"\nWake-ups waiting: {queues}")
    if report["sending"] is not None:
        click.echo(f"Sending: {report['sending']}")
    if report["attack_mode"] is not None:
        click.echo(f"Attack mode: {'on' if report['attack_mode'] else 'off'}")
    if picture:
        _show_waiting(picture)
    for line in report["to_do"]:
        click.echo(f"\nTo do: {line}")
    if report["wrong"]:
        click.echo("\nWrong:")
        for line in report["wrong"]:
            click.echo(f"  {line}")
    else:
        click.echo("\nEverything works.")


def _show_waiting(picture: Waiting) -> None:
    lanes = [
        f"{lane} " + ", ".join(f"{count} {status}" for status, count in by_status.items())
        for lane, by_status in picture.open_deliveries.items()
    ]
    click.echo(f"Open deliveries: {'; '.join(lanes) or 'none'}")
    if picture.waiting_slots:
        click.echo("\nWaiting for a person:")
        print_table(("slot", "key", "status", "since", "what_to_do"), picture.waiting_slots)
    if picture.next_slots:
        click.echo()
        print_table(("slot", "at", "held"), picture.next_slots)
    if picture.next_editions:
        click.echo()
        print_table(("edition", "status", "at"), picture.next_editions)
