"""`newsletter attack-mode`: dearer address forms for everybody, while they are under attack."""

from datetime import datetime

import click

from newsletter import clock
from newsletter.accounts.audit import record
from newsletter.cells import plain
from newsletter.cli.opened import opened
from newsletter.cli.operators import as_operator
from newsletter.cli.output import as_json, print_json
from newsletter.deliveries.models import Switch, SwitchName
from newsletter.deliveries.switch import find_switch, switch
from newsletter.transaction import transaction

NAME = SwitchName.ATTACK_MODE


@click.group("attack-mode")
def attack_mode() -> None:
    """Dearer address forms for everybody, while they are under attack."""


@attack_mode.command("on")
@as_operator
def turn_on(operator: str) -> None:
    """Switch it on: proof-of-work costs eight times as much; without it one must wait."""
    _switch(operator, is_on=True)
    click.echo("Attack mode is on; within ten seconds everywhere.", err=True)


@attack_mode.command("off")
@as_operator
def turn_off(operator: str) -> None:
    """Switch it off."""
    _switch(operator, is_on=False)
    click.echo("Attack mode is off; within ten seconds everywhere.", err=True)


@attack_mode.command("show")
@as_json
def show(json_wanted: bool) -> None:
    """Show whether it is on, and who switched it last; moments in UTC."""
    with opened():
        found = find_switch(NAME)
        report = _report(found)
    if json_wanted:
        print_json(report)
        return
    click.echo(f"Attack mode is {'on' if report['on'] else 'off'}.")
    if found and isinstance(report["changed_at"], datetime):
        click.echo(f"Switched by {report['changed_by']} at {plain(report['changed_at'])}.")


def _report(found: Switch | None) -> dict[str, object]:
    return {
        "on": bool(found and found.is_on),
        "changed_at": found.changed_at if found else None,
        "changed_by": found.changed_by if found else None,
    }


def _switch(operator: str, *, is_on: bool) -> None:
    with opened(), transaction():
        now, actor = clock.now(), f"operator:{operator}"
        switch(NAME, is_on=is_on, by=actor, now=now)
        record("switch_on" if is_on else "switch_off", f"switch:{NAME.value}", now=now,
               actor=actor, door="cli")
