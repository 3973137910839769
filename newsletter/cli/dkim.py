"""`newsletter dkim`: the keys that sign our mails, made, published and rotated (D01, S15)."""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from newsletter import clock
from newsletter.accounts.audit import record
from newsletter.cells import plain
from newsletter.cli.opened import opened
from newsletter.cli.operators import as_operator
from newsletter.cli.output import as_csv, as_json, print_json, print_rows
from newsletter.core import settings
from newsletter.deliveries.signed_by import count_signed_by
from newsletter.dkim_folder import KeyEntry, read_index
from newsletter.dkim_keys import sender_domain
from newsletter.dkim_rotation import (
    ALGORITHMS,
    ON_THEIR_WAY,
    Retirement,
    make_keys,
    retire_key,
    use_keys,
)
from newsletter.errors import BadSettings, NotFound
from newsletter.extensions import db
from newsletter.mailer.dkim import LEAST_RSA_BITS
from newsletter.transaction import transaction

COLUMNS = ("selector", "algorithm", "domain", "status", "made_at", "changed_at")
ZONE_TTL = 3600  # seconds


@click.group()
def dkim() -> None:
    """The keys that sign our mails, in the folder DKIM_KEYS.

    A rotation: new, show, publish what it shows, use; later retire, and take the record away.
    """


@dkim.command("new")
@click.option("--algorithm", "algorithms", multiple=True, type=click.Choice(ALGORITHMS),
              default=ALGORITHMS, show_default=True,
              help="Make a key of this kind only; may be given twice.")
@click.option("--bits", type=click.IntRange(LEAST_RSA_BITS, 4096), default=LEAST_RSA_BITS,
              show_default=True, help="Length of an RSA key; a longer one signs slower.")
@as_operator
@as_json
def new(algorithms: Sequence[str], bits: int, operator: str, json_wanted: bool) -> None:
    """Make keys with selectors of the day. They do not sign until `use`."""
    with opened(), transaction():
        made = make_keys(_folder(), domain=sender_domain(settings()), algorithms=algorithms,
                         bits=bits, now=clock.now(), noting=_noting("make_dkim_key", operator))
    if json_wanted:
        print_json([_published(entry) for entry in made])
        return
    _print_zone(made)
    names = " ".join(entry.selector for entry in made)
    click.echo(f"Publish these lines; when they can be looked up: newsletter dkim use {names}",
               err=True)


@dkim.command("show")
@click.argument("selectors", nargs=-1, metavar="[SELECTOR]...")
@as_json
def show(selectors: Sequence[str], json_wanted: bool) -> None:
    """Show what to publish: TXT records as lines of a zone, of all keys or of those named."""
    with opened():
        entries = read_index(_folder())
    missing = set(selectors) - {entry.selector for entry in entries}
    if missing:
        raise NotFound(f"DKIM key {', '.join(sorted(missing))}")
    found = [entry for entry in entries if not selectors or entry.selector in selectors]
    if json_wanted:
        print_json([_published(entry) for entry in found])
    else:
        _print_zone(found)


@dkim.command("use")
@click.argument("selectors", nargs=-1, required=True, metavar="SELECTOR...")
@as_operator
def use(selectors: Sequence[str], operator: str) -> None:
    """Let these keys sign from now on, and no others; the workers follow within seconds.

    Two keys, one of each algorithm, sign each mail twice.
    """
    with opened(), transaction():
        signing = use_keys(_folder(), selectors, sender_domain=sender_domain(settings()),
                           now=clock.now(), noting=_noting("use_dkim_key", operator))
    click.echo(f"From now on {' and '.join(entry.selector for entry in signing)} sign.", err=True)


@dkim.command("retire")
@click.argument("selector", metavar="SELECTOR")
@as_operator
@as_json
def retire(selector: str, operator: str, json_wanted: bool) -> None:
    """Take a key out of use: it signs no more, and stays published until its mails are old.

    Then the same command removes it. A key that never signed is removed at once.
    """
    def note(done: Retirement) -> None:
        _record("remove_dkim_key" if done.is_removed else "retire_dkim_key", [done.entry],
                operator)

    with opened(), transaction():
        done = retire_key(
            _folder(), selector,
            keep_for=timedelta(hours=settings().retry_hours) + ON_THEIR_WAY,
            open_mails=count_signed_by(selector), now=clock.now(), noting=note,
        )
    if json_wanted:
        print_json({"selector": selector, "removed": done.is_removed,
                    "kept_until": done.kept_until})
    else:
        click.echo(_said(done), err=True)


@dkim.command("list")
@as_json
@as_csv
def list_keys(json_wanted: bool, csv_wanted: bool) -> None:
    """List the keys, oldest first, and what each is for; moments in UTC."""
    with opened():
        folder = settings().dkim_keys
        entries = read_index(folder) if folder else []
    rows = [{name: getattr(entry, name) for name in COLUMNS} for entry in entries]
    print_rows(COLUMNS, rows, json_wanted=json_wanted, csv_wanted=csv_wanted)


def _folder() -> Path:
    folder = settings().dkim_keys
    if folder is None:
        raise BadSettings(["DKIM_KEYS is none, as the relay signs: set it to a folder."])
    return folder


def _noting(act: str, operator: str) -> Callable[[Sequence[KeyEntry]], None]:
    return lambda entries: _record(act, entries, operator)


def _record(act: str, entries: Iterable[KeyEntry], operator: str) -> None:
    """In the database before a file is changed: without it nothing is, and the command says so."""
    for entry in entries:
        record(act, f"dkim:{entry.selector}", now=clock.now(), actor=f"operator:{operator}",
               door="cli", domain=entry.domain, algorithm=entry.algorithm)
    db.session.flush()


def _published(entry: KeyEntry) -> dict[str, Any]:
    return {"selector": entry.selector, "status": entry.status, "name": entry.name, "type": "TXT",
            "value": entry.record, "strings": entry.strings}


def _print_zone(entries: Iterable[KeyEntry]) -> None:
    for entry in entries:
        strings = " ".join(f'"{string}"' for string in entry.strings)
        click.echo(f"{entry.name}. {ZONE_TTL} IN TXT ( {strings} )  ; {entry.status}")


def _said(done: Retirement) -> str:
    name = done.entry.selector
    if done.is_removed:
        return f"{name} is removed. Take {done.entry.name} out of the DNS."
    assert done.kept_until is not None
    return (f"{name} signs no more. Leave {done.entry.name} in the DNS until "
            f"{plain(done.kept_until)}; then retire it once more.")
