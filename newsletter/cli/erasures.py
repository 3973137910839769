"""`newsletter erasures`: the erased readers' numbers, and erasing again after a restore (P06)."""

import click

from newsletter import clock
from newsletter.accounts.audit import record
from newsletter.cli.opened import opened
from newsletter.cli.operators import as_operator
from newsletter.cli.output import as_csv, as_json, print_json, print_rows
from newsletter.core import settings, signer
from newsletter.erasures import Erasure, read_erasures
from newsletter.subscribers.erase_again import erase_again
from newsletter.subscribers.record_consent import Proof
from newsletter.transaction import transaction

COLUMNS = ("subscriber", "at", "never_again")


@click.group()
def erasures() -> None:
    """The readers who were erased, as the file outside the database has them."""


@erasures.command("list")
@as_json
@as_csv
def list_them(json_wanted: bool, csv_wanted: bool) -> None:
    """List the erasures in ERASED_IDS, oldest first; numbers only."""
    with opened():
        rows = [
            {"subscriber": each.subscriber_id, "at": each.at, "never_again": each.never_again}
            for each in read_erasures(settings().erased_ids)
        ]
    print_rows(COLUMNS, rows, json_wanted=json_wanted, csv_wanted=csv_wanted)


@erasures.command("replay")
@as_operator
@as_json
def replay(operator: str, json_wanted: bool) -> None:
    """Erase again what a restored backup brought back; safe to repeat.

    Numbers that the backup does not know are skipped, and so are readers who came later.
    """
    with opened():
        noted, again = erase_all_again(operator)
    if json_wanted:
        print_json({"noted": noted, "erased_again": again})
    else:
        click.echo(f"{again} of {noted} noted readers erased again.")


def erase_all_again(operator: str) -> tuple[int, int]:
    """How many erasures are noted, and how many of them had come back; each its own transaction."""
    noted = list(read_erasures(settings().erased_ids))
    return len(noted), sum(_erase(each, operator) for each in noted)


def _erase(erasure: Erasure, operator: str) -> bool:
    now = clock.now()
    with transaction():
        done = erase_again(
            erasure,
            keep_salt_months=settings().consent_proof_months,
            proof=Proof("erasure_replay", "cli"),
            signer=signer(),
            now=now,
        )
        if done:
            record("erase_again", f"subscriber:{erasure.subscriber_id}", now=now,
                   actor=f"operator:{operator}", door="cli")
    return done
