"""`newsletter digest`: carry out a slot, or rehearse it; its rhythm is a command of its own."""

from datetime import date
from typing import Any

import click

from newsletter import clock
from newsletter.accounts.audit import record
from newsletter.addresses import check
from newsletter.cli.opened import opened
from newsletter.cli.operators import as_operator
from newsletter.cli.output import as_csv, as_json, print_json
from newsletter.cli.progress import busy
from newsletter.cli.rhythm import rhythm
from newsletter.cli.show_rehearsal import show_rehearsal
from newsletter.core import settings, signer
from newsletter.digests.models import DigestSlot, SlotStatus
from newsletter.digests.queries import find_slot, get_slot
from newsletter.errors import NotFound, WrongState
from newsletter.sending.carry_out import carry_out_slot
from newsletter.sending.rehearse import dry_run_slot
from newsletter.subscribers.models import Cadence
from newsletter.transaction import transaction

UNDONE = (SlotStatus.PLANNED, SlotStatus.LATE)


class SlotName(click.ParamType[tuple[Cadence, date]]):
    """A slot as people name it: `weekly@2026-11-24`, a day in Europe/Amsterdam."""

    name = "slot"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[Cadence, date]:
        """The cadence and the local day."""
        if not isinstance(value, str):
            found: tuple[Cadence, date] = value
            return found
        cadence, _, day = value.partition("@")
        try:
            return Cadence(cadence), date.fromisoformat(day)
        except ValueError:
            self.fail(f"{value!r} is not a slot such as weekly@2026-11-24.", param, ctx)


@click.group()
def digest() -> None:
    """Digests: what is new in each reader's themes."""


digest.add_command(rhythm)


@digest.command("run")
@click.option("--slot", "named", type=SlotName(), required=True, metavar="CADENCE@DAY",
              help="As weekly@2026-11-24; the day is one in Europe/Amsterdam.")
@click.option("--dry-run", is_flag=True, help="Only say what would be sent; nothing changes.")
@click.option("--reader", "address", metavar="ADDRESS",
              help="With --dry-run: what this reader would get and why, or why nothing.")
@as_operator
@as_json
@as_csv
def run(
    named: tuple[Cadence, date], dry_run: bool, address: str | None, operator: str,
    json_wanted: bool, csv_wanted: bool,
) -> None:
    """Carry out a slot whose moment has come; workers send it.

    A slot that is late is carried out too, since you ask. The audit trail gets your name. With
    --dry-run it says who would get what and why, also of a slot that is still to come.
    """
    if address is not None and (csv_wanted or not dry_run):
        raise click.UsageError("--reader goes with --dry-run, and not with --csv.")
    reader = None if address is None else check(address)
    with opened():
        slot = find_slot(*named)
        if slot is None:
            raise NotFound(f"slot {named[0]}@{named[1]}")
        if dry_run:
            name = _name(slot)
            with busy("rehearsing"):
                found = dry_run_slot(slot.id, settings=settings(), signer=signer(),
                                     now=clock.now(), address=reader)
            show_rehearsal(name, found, json_wanted=json_wanted, csv_wanted=csv_wanted)
        else:
            _show_done(_carry_out(slot, operator=operator), json_wanted=json_wanted)


def _carry_out(slot: DigestSlot, *, operator: str) -> DigestSlot:
    now = clock.now()
    if slot.slot_at > now:
        raise WrongState(f"{_name(slot)} is at {slot.slot_at:%Y-%m-%d %H:%M}Z, and that moment is "
                         "its cut-off: what is released until then belongs in it.")
    if slot.is_waiting(now):
        raise WrongState(f"{_name(slot)} is held: it waits for an editor's release at the desk.")
    if slot.status not in UNDONE:
        raise WrongState(f"{_name(slot)} is {slot.status.value}.")
    slot_id = slot.id
    with transaction():
        record("run_slot", slot.key, now=now, actor=f"operator:{operator}", door="cli")
    with busy("planning"):
        carry_out_slot(slot_id, settings=settings(), now=now, is_asked=True)
    return get_slot(slot_id)


def _show_done(slot: DigestSlot, *, json_wanted: bool) -> None:
    row = {
        "slot": _name(slot),
        "status": slot.status.value,
        "mailing": slot.key,
        "window_from": slot.window_from,
        "slot_at": slot.slot_at,
        "readers_due": slot.readers_due,
        "readers_nothing_new": slot.readers_nothing_new,
        "readers_below_minimum": slot.readers_below_minimum,
        "readers_paused": slot.readers_paused,
    }
    if json_wanted:
        print_json(row)
    else:
        click.echo(f"{row['slot']} is {row['status']}: {slot.readers_due} readers get it, "
                   f"{slot.readers_nothing_new} have nothing new, "
                   f"{slot.readers_below_minimum} too little for a mail yet. Follow it with "
                   f"`newsletter mailing show {slot.key}`.")


def _name(slot: DigestSlot) -> str:
    return f"{slot.cadence.value}@{slot.slot_on}"
