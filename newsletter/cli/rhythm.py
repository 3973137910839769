"""`newsletter digest rhythm`: when digests come, when it is quiet, and how few are too few."""

import re
from datetime import datetime, time
from typing import Any

import click

from newsletter import clock
from newsletter.accounts.audit import record
from newsletter.catalogue.models import Magazine
from newsletter.catalogue.queries import magazine
from newsletter.cli.opened import opened
from newsletter.cli.operators import as_operator
from newsletter.cli.output import as_json, print_json, print_table
from newsletter.cli.waiting import slot_name
from newsletter.digests.queries import coming_slots
from newsletter.digests.quiet_hours import NONE, QuietHours, quiet_hours_of
from newsletter.digests.set_rhythm import RANGES, RhythmChange, set_rhythm
from newsletter.transaction import transaction

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
COMING = 8
_HOURS = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")
minimum = click.IntRange(*RANGES["weekly_minimum"])
at = click.DateTime(["%H:%M"])


class Hours(click.ParamType[QuietHours]):
    """Quiet hours as people write them: `20:00-07:00`, or `none`."""

    name = "hours"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> QuietHours:
        """From when until when, on the wall clock of Amsterdam."""
        if isinstance(value, QuietHours):
            return value
        if value == "none":
            return NONE
        found = _HOURS.fullmatch(value)
        if not found:
            self.fail(f"{value!r} is neither hours such as 20:00-07:00 nor none.", param, ctx)
        hour, minute, last_hour, last_minute = map(int, found.groups())
        try:
            return QuietHours(time(hour, minute), time(last_hour, last_minute))
        except ValueError:
            self.fail(f"{value!r} has an hour that no clock shows.", param, ctx)


@click.command("rhythm")
@click.option("--weekday", type=click.Choice(DAYS), help="The day of the weekly digest.")
@click.option("--weekly-at", type=at, metavar="HH:MM", help="Its time.")
@click.option("--monthly-day", type=click.IntRange(*RANGES["monthly_day"]), metavar="N",
              help="The day of the monthly digest; a shorter month has it on its last day.")
@click.option("--monthly-at", type=at, metavar="HH:MM", help="Its time.")
@click.option("--quiet", type=Hours(), metavar="HH:MM-HH:MM",
              help='Between these no digest starts; "none" ends that.')
@click.option("--weekly-minimum", type=minimum, metavar="N",
              help="With fewer articles a reader gets no weekly digest; they wait for the next.")
@click.option("--monthly-minimum", type=minimum, metavar="N", help="The same, of the monthly.")
@as_operator
@as_json
def rhythm(
    weekday: str | None, weekly_at: datetime | None, monthly_day: int | None,
    monthly_at: datetime | None, quiet: QuietHours | None, weekly_minimum: int | None,
    monthly_minimum: int | None, operator: str, json_wanted: bool,
) -> None:
    """Show when digests come; with options, set it. What is not given stays as it was.

    Days and times are those of Amsterdam. Slots that are planned follow at once, but a week or
    month that had its digest gets no second one. A slot in the quiet hours comes at their end, and
    one on a Dutch public holiday on the next working day.
    """
    change = RhythmChange(
        weekly_weekday=None if weekday is None else DAYS.index(weekday),
        weekly_at=weekly_at.time() if weekly_at else None,
        monthly_day=monthly_day,
        monthly_at=monthly_at.time() if monthly_at else None,
        quiet_from=quiet.since if quiet else None,
        quiet_until=quiet.until if quiet else None,
        weekly_minimum=weekly_minimum,
        monthly_minimum=monthly_minimum,
    )
    with opened():
        if change != RhythmChange():
            with transaction():
                now = clock.now()
                changed = set_rhythm(magazine(), change, now=now)
                details: dict[str, Any] = {
                    name: f"{value:%H:%M}" if isinstance(value, time) else value
                    for name, value in changed.items()
                }
                record("set_rhythm", "magazine:1", now=now, actor=f"operator:{operator}",
                       door="cli", **details)
            click.echo("The rhythm is set.", err=True)
        _show(magazine(), now=clock.now(), json_wanted=json_wanted)


def _show(house: Magazine, *, now: datetime, json_wanted: bool) -> None:
    slots = [{"slot": slot_name(slot), "at": slot.slot_at}
             for slot in coming_slots(now, limit=COMING)]
    quiet = quiet_hours_of(house)
    is_quiet = quiet.since != quiet.until
    if json_wanted:
        print_json({
            "weekday": DAYS[house.weekly_weekday],
            "weekly_at": f"{house.weekly_at:%H:%M}",
            "monthly_day": house.monthly_day,
            "monthly_at": f"{house.monthly_at:%H:%M}",
            "quiet_from": f"{quiet.since:%H:%M}" if is_quiet else None,
            "quiet_until": f"{quiet.until:%H:%M}" if is_quiet else None,
            "weekly_minimum": house.weekly_minimum,
            "monthly_minimum": house.monthly_minimum,
            "next_slots": slots,
        })
        return
    hours = f"{quiet.since:%H:%M}-{quiet.until:%H:%M}" if is_quiet else "none"
    click.echo(f"weekly   {DAYS[house.weekly_weekday]} {house.weekly_at:%H:%M}, "
               f"at least {_articles(house.weekly_minimum)}")
    click.echo(f"monthly  day {house.monthly_day} {house.monthly_at:%H:%M}, "
               f"at least {_articles(house.monthly_minimum)}")
    click.echo(f"quiet    {hours}")
    if slots:
        click.echo()
        print_table(("slot", "at"), slots)


def _articles(number: int) -> str:
    return "1 article" if number == 1 else f"{number} articles"
