"""`newsletter sending`: stop all sending at once, and let it go on (D06)."""

import click

from newsletter import clock
from newsletter.accounts.audit import record
from newsletter.cells import plain
from newsletter.cli.opened import opened
from newsletter.cli.operators import as_operator
from newsletter.cli.output import as_json, print_json
from newsletter.deliveries.hold import release
from newsletter.deliveries.models import Switch, SwitchName
from newsletter.deliveries.switch import find_switch, is_on, switch
from newsletter.jobs import Job, enqueue
from newsletter.mailings.start import WAKE_UPS
from newsletter.transaction import transaction

STOPPED, HELD = SwitchName.SENDING_STOPPED, SwitchName.SENDING_HELD


@click.group()
def sending() -> None:
    """Stop all sending at once, and let it go on."""


@sending.command("stop")
@as_operator
def stop(operator: str) -> None:
    """Stop everything, confirmations too, within five seconds; nothing is lost or skipped."""
    _switch(operator, is_stopped=True)
    click.echo("Sending stops: everywhere within five seconds.", err=True)


@sending.command("go")
@as_operator
def go(operator: str) -> None:
    """Let everything that waits leave. A restored database stays held until it is reconciled."""
    is_held = _switch(operator, is_stopped=False)
    click.echo("Sending is still held: the database was restored and is not yet reconciled."
               if is_held else "Sending goes on.", err=True)


@sending.command("release")
@as_operator
def let_go(operator: str) -> None:
    """After `newsletter reconcile`, let what may still leave do so.

    Exit code 1 when nothing is held, or not all is reconciled.
    """
    with opened(), transaction():
        now, actor = clock.now(), f"operator:{operator}"
        restore = release(by=actor, now=now)
        record("sending_released", f"switch:{HELD.value}", now=now, actor=actor, door="cli",
               restore=restore.id)
        enqueue(Job.SEND_PROMPT, times=WAKE_UPS)
        enqueue(Job.SEND_BULK, times=WAKE_UPS)
        is_stopped = is_on(STOPPED)
    click.echo("Sending is no longer held, but stopped." if is_stopped else "Sending goes on.",
               err=True)


@sending.command("status")
@as_json
def status(json_wanted: bool) -> None:
    """Show whether sending is stopped or held, by whom and since when; moments in UTC."""
    with opened():
        stopped, held = find_switch(STOPPED), find_switch(HELD)
        report = {"sends": not (_is(stopped) or _is(held)),
                  "stopped": _row(stopped), "held": _row(held)}
    if json_wanted:
        print_json(report)
        return
    click.echo("Sending is stopped." if _is(stopped) else "Sending is held: the database was "
               "restored and is not yet reconciled." if _is(held) else "Sending goes on.")
    for name, row in (("stopped", stopped), ("held", held)):
        if row is not None:
            turned = name if row.is_on else f"no longer {name}"
            click.echo(f"{turned.capitalize()} by {row.changed_by} at {plain(row.changed_at)}.")


def _is(row: Switch | None) -> bool:
    return bool(row and row.is_on)


def _row(row: Switch | None) -> dict[str, object]:
    return {
        "on": _is(row),
        "changed_at": row.changed_at if row else None,
        "changed_by": row.changed_by if row else None,
    }


def _switch(operator: str, *, is_stopped: bool) -> bool:
    """Whether sending is held all the same."""
    with opened(), transaction():
        now, actor = clock.now(), f"operator:{operator}"
        switch(STOPPED, is_on=is_stopped, by=actor, now=now)
        record("switch_on" if is_stopped else "switch_off", f"switch:{STOPPED.value}", now=now,
               actor=actor, door="cli")
        if not is_stopped:
            enqueue(Job.SEND_PROMPT, times=WAKE_UPS)
            enqueue(Job.SEND_BULK, times=WAKE_UPS)
        return is_on(HELD)
