"""`newsletter consents`: verify the ledger of consent, list its seals, prove, check a receipt."""

from collections.abc import Iterator
from typing import Any, BinaryIO

import click
from sqlalchemy import select

from newsletter import clock
from newsletter.accounts.audit import record
from newsletter.addresses import check
from newsletter.cli.lazy import REFUSED
from newsletter.cli.ledger import AT_ONCE
from newsletter.cli.opened import opened
from newsletter.cli.operators import as_operator
from newsletter.cli.output import as_csv, as_json, print_json, print_rows
from newsletter.cli.progress import busy
from newsletter.cli.seals import with_seals
from newsletter.extensions import db
from newsletter.signatures import is_public_key
from newsletter.subscribers.check_receipt import LARGEST, check_receipt
from newsletter.subscribers.consent_models import ConsentSeal
from newsletter.subscribers.prove_consent import prove_consent
from newsletter.subscribers.verify_consents import find_lacking_seal, verify_consents
from newsletter.transaction import transaction

SEALS = ("id", "at", "entries", "hash", "previous_hash")
PROOFS = ("subscriber", "entries", "first_at", "last_at", "last_act", "destroy_at")


@click.group()
def consents() -> None:
    """The ledger of consent."""


@consents.command("verify")
@with_seals
@as_json
@click.pass_context
def verify(ctx: click.Context, sealed: tuple[str, ...], json_wanted: bool) -> None:
    """Walk every chain and every seal, and name the first broken entry.

    Exit code 1 when there is one.
    """
    with opened(), busy("ledger of consent"):
        verdict = verify_consents()
        broken = verdict.broken or find_lacking_seal(sealed)
    if json_wanted:
        fault = {"fault": broken.fault, "subscriber": broken.subscriber_id,
                 "entry": broken.sequence, "seal": broken.seal_id, "wording": broken.wording_id,
                 "sentence": broken.sentence} if broken else None
        print_json({"entries": verdict.entries, "subscribers": verdict.subscribers,
                    "seals": verdict.seals, "broken": fault})
    elif broken:
        click.echo(broken.sentence)
    else:
        click.echo(f"Whole: {verdict.entries} entries of {verdict.subscribers} subscribers, "
                   f"{verdict.seals} seals.")
    ctx.exit(REFUSED if broken else 0)


@consents.command("seals")
@as_json
@as_csv
def seals(json_wanted: bool, csv_wanted: bool) -> None:
    """List the seals, newest first."""
    with opened():
        print_rows(SEALS, _seals(), json_wanted=json_wanted, csv_wanted=csv_wanted)


@consents.command("prove")
@click.argument("address")
@as_operator
@as_json
def prove(address: str, operator: str, json_wanted: bool) -> None:
    """Say which entries of the ledger are about ADDRESS, also of a reader who was erased.

    For as long as her salt is kept (CONSENT_PROOF_MONTHS). Exit code 1 when there are none.
    """
    wanted = check(address)
    with opened(), transaction():
        with busy("salts"):
            rows = [
                {"subscriber": proof.subscriber_id, "entries": proof.entries,
                 "first_at": proof.first_at, "last_at": proof.last_at,
                 "last_act": proof.last_act.value, "destroy_at": proof.destroy_at}
                for proof in prove_consent(wanted)
            ]
        for row in rows or [{"subscriber": "none"}]:
            record("prove_consent", f"subscriber:{row['subscriber']}", now=clock.now(),
                   actor=f"operator:{operator}", door="cli")
    print_rows(PROOFS, rows, json_wanted=json_wanted, csv_wanted=False)
    click.get_current_context().exit(0 if rows else REFUSED)


@consents.command("check-receipt")
@click.argument("file", type=click.File("rb"))
@click.option("--key", "keys", metavar="HEX", multiple=True,
              help="A public key of the issuer, as its /.well-known/consent-key.json says.")
@as_json
@click.pass_context
def check_one(
    ctx: click.Context, file: BinaryIO, keys: tuple[str, ...], json_wanted: bool
) -> None:
    """Check a consent receipt, without a database and without a network.

    Says what it proves, or its first fault and exit code 1.
    """
    for key in keys:
        if not is_public_key(key):
            raise click.BadParameter("a key is 64 hex digits.", param_hint="--key")
    checked = check_receipt(file.read(LARGEST + 1), keys=keys)
    if json_wanted:
        print_json({"fault": checked.fault, "proved": checked.proved})
    else:
        for line in checked.proved or [f"Not good. {checked.fault}"]:
            # The file is somebody's: none of it may reach the terminal as an escape sequence.
            click.echo("".join(c if c.isprintable() else " " for c in line))
    ctx.exit(REFUSED if checked.fault else 0)


def _seals() -> Iterator[dict[str, Any]]:
    found = db.session.scalars(
        select(ConsentSeal).order_by(ConsentSeal.id.desc()),
        execution_options={"yield_per": AT_ONCE},
    )
    for seal in found:
        yield {name: getattr(seal, name) for name in SEALS}
