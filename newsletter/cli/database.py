"""`newsletter database`: bring the schema up to date, put the seeds in, check both."""

from typing import Any

import click
from sqlalchemy import text

from newsletter import clock
from newsletter.cli.lazy import REFUSED
from newsletter.cli.opened import opened, plainly
from newsletter.cli.output import as_json, print_json
from newsletter.core import settings
from newsletter.errors import WrongState
from newsletter.extensions import db
from newsletter.schema import upgrade_schema
from newsletter.schema_version import behind, needed
from newsletter.transaction import transaction
from seeds.load import load

# What the app's role may read and add to, and nothing more.
LEDGERS = ("consents", "consent_wordings", "consent_seals", "consent_seal_heads", "attempts",
           "audit_entries", "audit_seals", "past_outcomes", "past_recipients", "closed_ledgers")

# Of these it may also write some columns again.
WRITABLE = {"closed_ledgers": ["checked_at"]}

# Asked of each column: a right over one alone is none over the table.
_MAY_REWRITE = """
    (has_table_privilege(current_user, c.oid, 'delete, truncate')
     or exists (select from pg_attribute a where a.attrelid = c.oid and a.attnum > 0
                   and not a.attisdropped and a.attname <> all (cast(:columns as text[]))
                   and has_column_privilege(current_user, c.oid, a.attnum, 'update')))
"""
_REWRITES = f"""
    select {_MAY_REWRITE} from pg_class c where c.oid = cast(:table as regclass)
"""  # noqa: S608 (only constants are joined)
_REWRITES_A_PART = f"""
    select exists (select from pg_inherits i join pg_class c on c.oid = i.inhrelid
                    where i.inhparent = cast(:table as regclass) and {_MAY_REWRITE})
"""  # noqa: S608 (only constants are joined)


@click.group()
def database() -> None:
    """The database: its schema, its seeds, its rights."""


@database.command("upgrade")
def upgrade() -> None:
    """Run the migrations that are missing, as the owner's role (DATABASE_OWNER_URL)."""
    with opened():
        with plainly("DATABASE_OWNER_URL"):
            upgrade_schema()
        click.echo(f"The schema is at {_present()}.", err=True)


@database.command("seed")
@click.option("--demo", is_flag=True, help="Also the demo's logins; refused in production.")
def seed(demo: bool) -> None:
    """Add what is missing of magazine, themes, editions and year plan; changes nothing else."""
    with opened():
        if demo and settings().is_production:
            raise WrongState("The demo's logins are refused in production (NEWSLETTER_ENV).")
        with transaction():
            load(db.session(), now=clock.now(), demo=demo)
    click.echo("The seeds are in.", err=True)


@database.command("check")
@as_json
@click.pass_context
def check(ctx: click.Context, json_wanted: bool) -> None:
    """Say whether the schema is up to date and the app's role can do no more than it should.

    Exit code 1 when not.
    """
    with opened():
        present, newest = _present(), needed()
        faults = _faults(present)
    if json_wanted:
        print_json({"schema": present, "newest": newest, "faults": faults})
    else:
        for fault in faults:
            click.echo(fault)
        if not faults:
            click.echo(f"The schema is at {present}, and the app's rights are right.")
    ctx.exit(REFUSED if faults else 0)


def _present() -> str | None:
    if not _ask("select to_regclass('alembic_version') is not null"):
        return None
    found: str | None = db.session.scalar(text("select version_num from alembic_version"))
    return found


def _faults(present: str | None) -> list[str]:
    is_old = behind(present)
    if present is None:
        return [is_old]
    faults = [is_old] if is_old else []
    if present > needed():
        faults.append(f"The schema is at {present}, and this code knows it until {needed()}: it is "
                      "older than the parts that upgraded it.")
    if _ask("select has_schema_privilege(current_user, 'public', 'create')"):
        faults.append("The app's role may change the schema: give DATABASE_URL another role.")
    for table in LEDGERS:
        if _ask(_REWRITES, table=table, columns=WRITABLE.get(table, [])):
            faults.append(f"The app's role may rewrite {table}, which is append-only.")
    if _ask(_REWRITES_A_PART, table="attempts", columns=[]):
        faults.append("The app's role may rewrite partitions of attempts, which are append-only.")
    return faults


def _ask(question: str, **parameters: Any) -> bool:
    return bool(db.session.scalar(text(question), parameters))
