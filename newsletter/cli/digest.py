"""`newsletter digest run`: carry out a digest slot, or rehearse it."""

from collections import Counter
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import click

from newsletter import clock
from newsletter.accounts.audit import record
from newsletter.cli.opened import opened
from newsletter.cli.operators import as_operator
from newsletter.cli.output import as_csv, as_json, print_json, print_rows
from newsletter.cli.progress import busy
from newsletter.core import settings
from newsletter.digests.carry_out import Counts
from newsletter.digests.models import DigestSlot, SlotStatus
from newsletter.digests.queries import find_slot, get_slot
from newsletter.errors import NotFound, WrongState
from newsletter.sending.carry_out import SlotPlan, carry_out_slot, dry_run_slot
from newsletter.subscribers.models import Cadence
from newsletter.transaction import transaction

COLUMNS = ("readers", "language", "format", "catch_up", "articles", "links", "more", "subject")
SHOWN = 20
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


@digest.command("run")
@click.option("--slot", "named", type=SlotName(), required=True, metavar="CADENCE@DAY",
              help="As weekly@2026-11-24; the day is one in Europe/Amsterdam.")
@click.option("--dry-run", is_flag=True, help="Only say what would be sent; nothing changes.")
@as_operator
@as_json
@as_csv
def run(
    named: tuple[Cadence, date], dry_run: bool, operator: str, json_wanted: bool, csv_wanted: bool
) -> None:
    """Carry out a slot whose moment has come; workers send it.

    A slot that is late is carried out too, since you ask. The audit trail gets your name. With
    --dry-run it says who would get what, also of a slot that is still to come.
    """
    with opened():
        slot = find_slot(*named)
        if slot is None:
            raise NotFound(f"slot {named[0]}@{named[1]}")
        if dry_run:
            name, slot_at = _name(slot), slot.slot_at
            with busy("rehearsing"):
                plan = dry_run_slot(slot.id, settings=settings())
            _show_plan(name, slot_at, plan, json_wanted=json_wanted, csv_wanted=csv_wanted)
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


def _show_plan(
    name: str, slot_at: datetime, plan: SlotPlan, *, json_wanted: bool, csv_wanted: bool
) -> None:
    rows = _selections(plan)
    if json_wanted:
        print_json({
            "slot": name,
            "window_from": plan.reckoned.window_from,
            "slot_at": slot_at,
            **_counts(plan.reckoned.counts),
            "selections": rows,
        })
        return
    if csv_wanted:
        print_rows(COLUMNS, rows, json_wanted=False, csv_wanted=True)
        return
    counts = plan.reckoned.counts
    click.echo(f"{name}: {counts.due} readers would get one of {len(rows)} mails, "
               f"{counts.nothing_new} have nothing new, {counts.below_minimum} too little for a "
               f"mail yet, {counts.paused} paused. Nothing was sent.")
    if rows:
        click.echo()
        print_rows(COLUMNS, [row | {"articles": len(row["articles"]), "links": len(row["links"])}
                    for row in rows[:SHOWN]],
                   json_wanted=False, csv_wanted=False)
    if len(rows) > SHOWN:
        click.echo(f"… and {len(rows) - SHOWN} more: add --csv or --json to see them all.")


def _selections(plan: SlotPlan) -> list[dict[str, Any]]:
    """One row for each mail that would be made, the one with most readers first."""
    readers: Counter[str] = Counter()
    for wish, selection in plan.reckoned.selections.items():
        readers[selection.key] += plan.reckoned.readers[wish]
    subjects = {variant.selection_key: variant.subject for variant in plan.compiled.variants}
    found = {each.key: each for each in plan.reckoned.selections.values()}
    return [
        {
            "readers": count,
            "language": found[key].language,
            "format": found[key].format,
            "articles": [item.slug for section in found[key].sections for item in section.items],
            "links": [item.slug for item in found[key].links],
            "more": found[key].more,
            "catch_up": found[key].is_catch_up,
            "subject": subjects.get(key),
        }
        for key, count in sorted(readers.items(), key=lambda item: (-item[1], item[0]))
    ]


def _counts(counts: Counts) -> dict[str, int]:
    return {f"readers_{name}": count for name, count in asdict(counts).items()}


def _name(slot: DigestSlot) -> str:
    return f"{slot.cadence.value}@{slot.slot_on}"
