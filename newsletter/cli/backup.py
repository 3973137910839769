"""`newsletter backup`: the whole database in one file, which `newsletter restore` reads."""

import contextlib
import os
from pathlib import Path

import click
from sqlalchemy import text

from newsletter import clock
from newsletter.accounts.audit import record
from newsletter.cli.opened import opened
from newsletter.cli.operators import as_operator
from newsletter.cli.output import as_json, print_json
from newsletter.cli.progress import busy
from newsletter.core import settings
from newsletter.durable import keep_name
from newsletter.errors import BadSettings, ToolFailed, WrongState
from newsletter.extensions import db
from newsletter.local.dump import DumpTools
from newsletter.sending.notice_restore import outrun_backup
from newsletter.transaction import transaction


@click.command()
@click.argument("target", metavar="FILE|FOLDER", type=click.Path(path_type=Path))
@as_operator
@as_json
def backup(target: Path, operator: str, json_wanted: bool) -> None:
    """Back the database up into FILE, or into a new file in FOLDER. Nobody has to wait for it.

    It holds every address: keep it where nobody else can read it. Exit code 1 when FILE is there
    already, or when it could not be written whole; then there is no file.
    """
    with opened():
        if not settings().database_owner_url:
            fault = "DATABASE_OWNER_URL is not set: only the owner's role may read all there is."
            raise BadSettings([fault])
        path = target / f"newsletter-{clock.now():%Y%m%dT%H%M%SZ}.dump" if target.is_dir() else (
            target)
        if path.exists():
            raise WrongState(f"{path} is there already")
        with busy("backup"):
            tables = _write(path)
        with transaction():
            record("backup", "database", now=clock.now(), actor=f"operator:{operator}", door="cli")
    size = path.stat().st_size
    if json_wanted:
        print_json({"file": str(path), "bytes": size, "tables": tables})
    else:
        click.echo(f"{path}: {tables} tables, {size / 1_000_000:.1f} MB.")


def server_major() -> int:
    """The major version of the server at hand."""
    number = db.session.scalar(text("select current_setting('server_version_num')::integer"))
    db.session.rollback()
    return int(number or 0) // 10_000


def check_backup(tools: DumpTools, path: Path) -> int:
    """How many tables a backup of ours holds. Raises ToolFailed when it is none."""
    tables = tools.tables(path)
    missing = sorted({"alembic_version", "subscribers"}.difference(tables))
    if missing:
        raise ToolFailed(f"{path} is no backup of a newsletter: it lacks {', '.join(missing)}.")
    return len(tables)


def _write(path: Path) -> int:
    """Under its name only when it is whole, on the disk, and the mark lies beyond it (R23)."""
    at, tools = settings(), DumpTools(server=server_major())
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        # Before PostgreSQL's program writes it: nobody else may read it meanwhile.
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        tools.dump(at.database_owner_url, draft)
        tables = check_backup(tools, draft)
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        outrun_backup(at)
        draft.rename(path)
        keep_name(path.parent)
    except OSError as error:
        raise ToolFailed(f"{path} cannot be written ({error.strerror}).") from error
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
    return tables
