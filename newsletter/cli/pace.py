"""`newsletter pace`: limits of rate and number, and warm-up plans, while everything runs."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

import click

from newsletter import clock
from newsletter.accounts.audit import record
from newsletter.cli.opened import opened
from newsletter.cli.operators import as_operator
from newsletter.cli.output import as_json, print_json, print_table
from newsletter.errors import BadInput, NotFound
from newsletter.sending.set_pace import (
    clear,
    coming_days,
    limits,
    plan_warm_up,
    scope_of,
    set_limit,
)
from newsletter.transaction import transaction

LIMITS = ("scope", "per_second", "at_once", "slowed_to", "today", "taken_today")
DAYS = ("scope", "day", "amount", "taken")
MOST = 2**31 - 1  # the largest number that the tables hold
# Where each refusal belongs on the command line, and what to say there.
_PLAINLY = {
    ("scope", "no_domain"): ("SCOPE", "{scope!r} is no domain such as gmail.com, nor {words}."),
    ("limit", "empty"): ("--per-second / --at-once", "give at least one of them."),
    ("at_once", "of_domains_only"): (
        "--at-once", "it goes with a domain or with each; for all mails SMTP_CONNECTIONS is it."),
    ("amounts", "out_of_range"): ("AMOUNTS", "a plan has one number a day, for at most 366 days."),
}


@contextmanager
def _said_at_its_option(scope: str, words: str = "each or total") -> Iterator[None]:
    """Turn what means nothing into a sentence at the word that it is about; exit code 2."""
    try:
        yield
    except BadInput as error:
        hint, sentence = _PLAINLY[error.field, error.reason]
        raise click.BadParameter(sentence.format(scope=scope, words=words),
                                 param_hint=hint) from error


def _finite(ctx: click.Context, param: click.Parameter, value: float | None) -> float | None:
    if value is not None and not math.isfinite(value):
        raise click.BadParameter("give a number, as 20 or 0.5.")
    return value


@click.group()
def pace() -> None:
    """How fast mails leave, in all and for each receiving domain; workers heed it within seconds.

    A SCOPE is a domain, "each" for every domain that has no limit of its own, or "total".
    """


@pace.command("show")
@as_json
def show(json_wanted: bool) -> None:
    """Show the limits, today's share of warm-up plans, and domains that are slowed by themselves.

    Moments are in UTC, days those of Amsterdam.
    """
    with opened():
        rows, days = limits(), coming_days()
    if json_wanted:
        print_json({"limits": rows, "warm_up": days})
        return
    if not rows:
        click.echo("Nothing is limited.")
    else:
        print_table(LIMITS, [{name: row[name] for name in LIMITS} for row in rows])
    if days:
        click.echo("\nWarm-up:")
        print_table(DAYS, days)


@pace.command("set")
@click.argument("scope")
@click.option("--per-second", type=click.FloatRange(0, min_open=True), metavar="N",
              callback=_finite,
              help="At most so many mails a second; 0.5 is one in two seconds.")
@click.option("--at-once", type=click.IntRange(1, MOST), metavar="N",
              help="At most so many at the same moment; not for the total.")
@as_operator
def set_it(scope: str, per_second: float | None, at_once: int | None, operator: str) -> None:
    """Limit SCOPE. What is not given stays as it was."""
    with _said_at_its_option(scope), opened(), transaction():
        name, now, actor = scope_of(scope), clock.now(), f"operator:{operator}"
        set_limit(name, per_second=per_second, at_once=at_once, by=actor, now=now)
        record("set_pace", f"pace:{name}", now=now, actor=actor, door="cli",
               per_second=per_second, at_once=at_once)
    click.echo(f"{name} is limited from now on.", err=True)


@pace.command("warm-up")
@click.argument("scope")
@click.argument("amounts", nargs=-1, required=True, type=click.IntRange(0, MOST))
@click.option("--from", "first_day", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY",
              help="The first day (Amsterdam), as 2026-11-26; today unless given, and never past.")
@as_operator
def warm_up(
    scope: str, amounts: tuple[int, ...], first_day: datetime | None, operator: str
) -> None:
    """Let at most AMOUNTS mails leave to SCOPE, one number a day; afterwards nothing is held.

    Confirmations and other single mails count, and are never held by it.
    """
    with _said_at_its_option(scope, "total"), opened(), transaction():
        name, now = scope_of(scope, each_may=False), clock.now()
        today = clock.local(now).date()
        first: date = first_day.date() if first_day else today
        if first < today:
            raise click.BadParameter(f"{first} is past: a plan begins today ({today}, in "
                                     "Amsterdam) or later.", param_hint="--from")
        last = plan_warm_up(name, amounts, first_day=first)
        record("plan_warm_up", f"pace:{name}", now=now, actor=f"operator:{operator}", door="cli",
               first_day=first.isoformat(), amounts=list(amounts))
    click.echo(f"The plan for {name} holds from {first} to {last}.", err=True)


@pace.command("clear")
@click.argument("scope")
@click.option("--warm-up", "only_warm_up", is_flag=True, help="Only its warm-up plan.")
@as_operator
def clear_it(scope: str, only_warm_up: bool, operator: str) -> None:
    """Take the limit and the warm-up plan of SCOPE away."""
    with _said_at_its_option(scope), opened(), transaction():
        name = scope_of(scope)
        if not clear(name, only_warm_up=only_warm_up):
            raise NotFound(f"a {'plan' if only_warm_up else 'limit'} for {name}")
        record("clear_pace", f"pace:{name}", now=clock.now(), actor=f"operator:{operator}",
               door="cli", only_warm_up=only_warm_up)
    click.echo(f"{name} has no {'plan' if only_warm_up else 'limit'} any more.", err=True)
