"""`newsletter restore`: a backup comes back, with all sending held until it is reconciled (R23)."""

import time
from datetime import datetime
from pathlib import Path

import click
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from newsletter import clock
from newsletter.accounts.audit import record
from newsletter.cli.backup import check_backup, server_major
from newsletter.cli.erasures import erase_all_again
from newsletter.cli.opened import opened, plainly
from newsletter.cli.operators import as_operator
from newsletter.cli.progress import busy
from newsletter.core import settings
from newsletter.deliveries.models import SwitchName
from newsletter.deliveries.recover import open_claims
from newsletter.deliveries.switch import switch
from newsletter.errors import BadSettings, ToolFailed, WrongState
from newsletter.extensions import db
from newsletter.local.dump import LOCK_SECONDS, DumpTools
from newsletter.schema import upgrade_schema
from newsletter.sending.believe_mark import doubt_of
from newsletter.sending.notice_restore import hold_restored
from newsletter.transaction import transaction

# How long mails that are on the wires are waited for; what then has no answer is in a journal.
LET_END_SECONDS = 10.0
_DUMP = b"PGDMP"  # how each file of pg_dump's custom format begins
_PATIENCE = f"set local lock_timeout = '{LOCK_SECONDS}s';"
# All that is the owner's in this database: tables, functions, and what it granted.
_EMPTY = "drop owned by current_user; create schema if not exists public;"
# In the same transaction, so that no worker ever sees the backup without it. A schema of before
# version 0013 does not know the word; no worker of this version can read that.
_HOLD = """
do $hold$ begin
    insert into public.switches (name, is_on, changed_at, changed_by)
    values ('sending_held', true, clock_timestamp(), 'operator:{operator}')
    on conflict (name) do update
       set is_on = true, changed_at = excluded.changed_at, changed_by = excluded.changed_by;
exception when undefined_table or check_violation then null;
end $hold$;
"""


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--replace", metavar="NAME", help="The database's own name: all that is in it goes.")
@as_operator
def restore(file: Path, replace: str | None, operator: str) -> None:
    """Bring the backup FILE back, into the database that the settings name.

    It must be empty, unless --replace says its name. All sending is held then, and who was erased
    since is erased again. Go on with `newsletter reconcile`. Until the last moment the database
    stays as it was, also when this is killed.
    """
    started_at = clock.now()
    with opened():
        owner = settings().database_owner_url
        if not owner:
            raise BadSettings(["DATABASE_OWNER_URL is not set: only the owner's role may restore."])
        with plainly("DATABASE_OWNER_URL"):
            tools = DumpTools(server=server_major())
            tables = _check_file(tools, file)
            was_full = _check_target(owner, replace)
            if was_full:
                _stop(operator)
        with busy("restore"):
            _bring_back(tools, owner, file, was_full=was_full, operator=operator)
            # Sessions of before would speak with tables that are gone.
            db.session.remove()
            db.engine.dispose()
            with plainly("DATABASE_OWNER_URL"):
                upgrade_schema()
        _after(file, operator, started_at=started_at, tables=tables)


def _check_file(tools: DumpTools, file: Path) -> int:
    """How many tables the backup holds. Raises BadParameter when it is none of ours."""
    try:
        return check_backup(tools, file)
    except ToolFailed as error:
        with file.open("rb") as opened_file:
            is_dump = opened_file.read(len(_DUMP)) == _DUMP
        # Of a dump the program tells more: that it is cut short, or of a newer PostgreSQL.
        why = f", or not a whole one ({error})" if is_dump else ""
        raise click.BadParameter(
            f"{file} is no backup made by `newsletter backup`{why}. Nothing was touched.",
            param_hint="FILE") from error


def _check_target(owner: str, replace: str | None) -> bool:
    """Whether the database holds anything. Raises WrongState unless it may be replaced."""
    engine = create_engine(owner)
    try:
        tables = inspect(engine).get_table_names()
    finally:
        engine.dispose()
    name = make_url(owner).database
    if replace is not None and replace != name:
        raise WrongState(f"the database of DATABASE_OWNER_URL is {name}, not {replace}")
    if tables and replace is None:
        raise WrongState(f"{name} holds {len(tables)} tables: --replace {name} removes them all")
    return bool(tables)


def _stop(operator: str) -> None:
    """Let nothing more be offered from the database as it is, and wait for what is on its way."""
    try:
        with transaction():
            now, actor = clock.now(), f"operator:{operator}"
            switch(SwitchName.SENDING_STOPPED, is_on=True, by=actor, now=now)
            record("switch_on", "switch:sending_stopped", now=now, actor=actor, door="cli",
                   why="restore")
        ends_at = clock.boot_seconds() + LET_END_SECONDS
        while clock.boot_seconds() < ends_at and _is_somebody_sending():
            time.sleep(0.25)
    except DBAPIError as error:
        # What is there is damaged, or none of ours: nobody can send from it either.
        click.echo(f"What is there cannot be stopped ({type(error.orig).__name__}).", err=True)
        db.session.rollback()


def _is_somebody_sending() -> bool:
    with transaction():
        return any(not claim.has_expired for claim in open_claims())


def _bring_back(
    tools: DumpTools, owner: str, file: Path, *, was_full: bool, operator: str
) -> None:
    # Our own session must not hold what is to be dropped.
    db.session.remove()
    db.engine.dispose()
    try:
        tools.restore(owner, file, before=f"{_PATIENCE} {_EMPTY if was_full else ''}",
                      after=_HOLD.format(operator=operator))
    except ToolFailed as error:
        stopped = " It stays stopped: `newsletter sending go`." if was_full else ""
        raise ToolFailed(f"{error}\nThe database is as it was.{stopped}") from error


def _after(file: Path, operator: str, *, started_at: datetime, tables: int) -> None:
    """What must be so before anything can be sent; each part is safe to repeat."""
    hold_restored(settings(), operator=operator, since=started_at, now=clock.now())
    noted, again = erase_all_again(operator)
    with transaction():
        record("restore", "database", now=clock.now(), actor=f"operator:{operator}", door="cli",
               file=file.name)
        made_at = db.session.scalar(text("select max(at) from claims"))
    click.echo(f"{file}: {tables} tables are back, of after {made_at or 'an unknown moment'}.")
    click.echo(f"{again} of {noted} noted readers erased again.")
    if doubt := doubt_of(settings()):
        click.echo(f"{doubt}: it does not tell what was never claimed, and --mark-is-whole would "
                   "be refused.", err=True)
    click.echo("All sending is held. Run `newsletter reconcile --dry-run`.", err=True)
