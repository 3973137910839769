"""`newsletter backup` and `restore`: whole or not at all, and then nothing leaves (R23, P06)."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import TextClause, func, select, text
from sqlalchemy.engine import make_url

from newsletter import clock
from newsletter.accounts.audit_models import AuditEntry
from newsletter.cli.main import cli
from newsletter.core import create_core, settings
from newsletter.deliveries.alarm import find_open_alarm
from newsletter.deliveries.hold import RESTORED_ALARM, find_open_restore, numbers
from newsletter.deliveries.models import Delivery, MailKind, SwitchName
from newsletter.deliveries.partitions import STRIDE
from newsletter.deliveries.queue import SingleMail, queue_single
from newsletter.deliveries.switch import is_on
from newsletter.erasures import Erasure, note_erasure
from newsletter.extensions import db
from newsletter.local.dump import DumpTools
from newsletter.sending.notice_restore import mark_of
from newsletter.subscribers.models import Subscriber
from newsletter.transaction import transaction
from tests import material
from tests.faults.parts import wait_until

Run = Callable[..., Result]


@pytest.fixture
def house(
    make_database: Callable[[], dict[str, str]], tmp_path: Path
) -> Iterator[Flask]:
    core = create_core({**make_database(), "ERASED_IDS": str(tmp_path / "erased.ids")})
    with core.app_context():
        yield core
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def run(house: Flask) -> Run:
    def invoke(*words: str) -> Result:
        db.session.rollback()
        result = CliRunner().invoke(cli, list(words), catch_exceptions=False)
        db.session.rollback()
        return result

    return invoke


@pytest.fixture
def saved(run: Run, tmp_path: Path) -> Path:
    """A backup of a database with one reader, to whom one mail is owed."""
    owe_one()
    path = tmp_path / "one.dump"
    assert run("backup", str(path)).exit_code == 0
    return path


def owe_one() -> int:
    with transaction():
        who = material.reader().subscriber_id
        queue_single(SingleMail(kind=MailKind.MANAGE_LINK, subscriber_id=who), now=material.NOW)
    return who


def name() -> str:
    return str(make_url(settings().database_owner_url).database)


def readers() -> int:
    return db.session.scalar(
        select(func.count(Subscriber.id)).where(Subscriber.address.is_not(None))) or 0


def test_a_backup_without_the_owner_names_the_setting_and_leaves_nothing(
    make_database: Callable[[], dict[str, str]], tmp_path: Path
) -> None:
    given = {**make_database(), "DATABASE_OWNER_URL": ""}
    done = CliRunner().invoke(cli, ["backup", str(tmp_path / "whole.dump")], env=given,
                              catch_exceptions=False)
    assert done.exit_code == 2
    assert done.stderr.startswith("DATABASE_OWNER_URL is not set")
    assert list(tmp_path.iterdir()) == []


def test_a_backup_is_one_private_file_with_every_table(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    said = json.loads(run("backup", str(folder), "--operator", "robin", "--json").stdout)
    (path,) = folder.iterdir()
    assert said == {"file": str(path), "bytes": path.stat().st_size, "tables": said["tables"]}
    assert said["tables"] > 40
    assert path.stat().st_mode & 0o777 == 0o600
    (entry,) = db.session.scalars(select(AuditEntry).where(AuditEntry.act == "backup")).all()
    assert entry.actor == "operator:robin"


def test_a_backup_overwrites_no_file(run: Run, saved: Path) -> None:
    before = saved.read_bytes()
    again = run("backup", str(saved))
    assert (again.exit_code, saved.read_bytes()) == (1, before)
    assert "is there already" in again.stderr


def test_a_backup_that_fails_leaves_no_file(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = run("backup", str(tmp_path / "nowhere" / "x.dump"))
    assert gone.exit_code == 1
    assert "cannot be written" in gone.stderr
    monkeypatch.setattr(DumpTools, "tables", lambda *_: ["something"])
    foreign = run("backup", str(tmp_path / "x.dump"))
    assert foreign.exit_code == 1
    assert list(tmp_path.glob("*.dump*")) == []
    assert list(tmp_path.glob(".*dump*")) == []


def test_whatever_follows_a_backup_is_behind_the_mark(run: Run, saved: Path) -> None:
    """Also when nothing was claimed after it: a copy of it is noticed for certain."""
    assert mark_of(settings()).read().claim == numbers().claim
    assert run("restore", str(saved), "--replace", name()).exit_code == 0
    restore = find_open_restore()
    assert restore is not None
    assert restore.found_claim < restore.marked_claim


def test_a_restore_brings_all_back_and_holds_sending(run: Run, saved: Path) -> None:
    mail = db.session.scalar(select(func.max(Delivery.id)))
    lost = owe_one()
    assert readers() == 2
    done = run("restore", str(saved), "--replace", name(), "--operator", "robin")
    assert done.exit_code == 0, done.output
    assert readers() == 1
    assert db.session.scalar(select(func.max(Delivery.id))) == mail
    assert is_on(SwitchName.SENDING_HELD)
    assert not is_on(SwitchName.SENDING_STOPPED)
    assert find_open_alarm(*RESTORED_ALARM) is not None
    # No number that was given out after the backup is given out again.
    assert owe_one() > lost
    assert (db.session.scalar(select(func.max(Delivery.id))) or 0) >= STRIDE
    acts = set(db.session.scalars(
        select(AuditEntry.act).where(AuditEntry.actor == "operator:robin")))
    assert {"sending_held", "restore"} <= acts
    assert run("database", "check").exit_code == 0


def test_who_was_erased_after_the_backup_is_erased_again(run: Run, saved: Path) -> None:
    person = db.session.scalars(select(Subscriber)).one()
    note_erasure(settings().erased_ids, Erasure(person.id, clock.now()))
    done = run("restore", str(saved), "--replace", name())
    assert "1 of 1 noted readers erased again." in done.stdout
    assert readers() == 0


def test_a_full_database_is_only_replaced_by_its_own_name(run: Run, saved: Path) -> None:
    for words in ((), ("--replace", "another")):
        refused = run("restore", str(saved), *words)
        assert refused.exit_code == 1
        assert name() in refused.stderr
        assert not is_on(SwitchName.SENDING_STOPPED)
    assert find_open_restore() is None


def test_an_empty_database_takes_a_backup_without_a_word(
    run: Run, saved: Path, servers: dict[str, str], settings_of: Callable[[str], dict[str, str]],
    tmp_path: Path,
) -> None:
    empty = f"{name()}_empty"
    admin = make_url(servers["DATABASE_OWNER_URL"]).set(username="postgres", database="postgres")
    owner = make_url(servers["DATABASE_OWNER_URL"]).username
    engine = db.create_engine(admin, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"create database {empty} owner {owner} template template0"))
    engine.dispose()
    core = create_core({**settings_of(empty), "ERASED_IDS": str(tmp_path / "erased.ids")})
    with core.app_context():
        done = CliRunner().invoke(cli, ["restore", str(saved)], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        assert readers() == 1
        assert is_on(SwitchName.SENDING_HELD)
        db.session.remove()
        db.engine.dispose()


def _broken(saved: Path, how: str) -> Path:
    path = saved.with_name(f"{how}.dump")
    whole = saved.read_bytes()
    path.write_bytes({"cut": whole[: len(whole) - 9_000], "nonsense": b"PGDMP" + bytes(99)}[how])
    return path


@pytest.mark.parametrize(("how", "code"), [("cut", 1), ("nonsense", 2)])
def test_a_broken_backup_leaves_the_database_as_it_was(
    run: Run, saved: Path, how: str, code: int
) -> None:
    owe_one()
    refused = run("restore", str(_broken(saved, how)), "--replace", name())
    assert refused.exit_code == code
    assert "error" in refused.stderr
    assert readers() == 2
    assert not is_on(SwitchName.SENDING_HELD)
    assert find_open_restore() is None


@pytest.mark.parametrize("holds", [b"", b"Dear reader,\n", b"PK\x03\x04" + bytes(99)])
def test_what_is_no_backup_is_said_plainly_and_nothing_is_touched(
    run: Run, saved: Path, holds: bytes
) -> None:
    path = saved.with_name("letter.txt")
    path.write_bytes(holds)
    before = db.session.scalar(select(func.count(AuditEntry.id)))
    refused = run("restore", str(path), "--replace", name())
    assert refused.exit_code == 2
    assert f"{path} is no backup made by `newsletter backup`. Nothing was touched." in (
        refused.stderr.replace("\n", " "))
    assert "pg_restore" not in refused.stderr
    assert not is_on(SwitchName.SENDING_STOPPED)
    assert db.session.scalar(select(func.count(AuditEntry.id))) == before


def test_a_dump_of_another_database_is_no_backup_of_ours(
    run: Run, saved: Path, servers: dict[str, str]
) -> None:
    path = saved.with_name("other.dump")
    owner = make_url(servers["DATABASE_OWNER_URL"]).set(username="postgres", database="postgres")
    version = db.session.scalar(text("select current_setting('server_version_num')::int / 10000"))
    DumpTools(server=version or 0).dump(owner.render_as_string(False), path)
    refused = run("restore", str(path), "--replace", name())
    assert (refused.exit_code, is_on(SwitchName.SENDING_STOPPED)) == (2, False)
    assert "it lacks alembic_version" in refused.stderr.replace("\n", " ")


def _ask_anew(question: TextClause) -> Any:
    db.session.rollback()
    return db.session.scalar(question)


def test_a_restore_that_is_killed_leaves_the_database_as_it_was(
    house: Flask, run: Run, saved: Path
) -> None:
    owe_one()
    tables = db.session.scalars(text("select count(*) from pg_tables")).all()
    # The restore has to wait for this one, in the midst of what it does.
    db.session.execute(text("lock table heartbeats"))
    at = settings()
    process = subprocess.Popen(
        [sys.executable, "-m", "newsletter.cli.main", "restore", str(saved), "--replace", name()],
        env={**os.environ, "DATABASE_URL": at.database_url, "REDIS_URL": at.redis_url,
             "DATABASE_OWNER_URL": at.database_owner_url, "SECRET_KEY": at.secret_key,
             "HIGH_WATER": str(at.high_water)},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    waits = text("select count(*) from pg_locks where not granted")
    wait_until(lambda: db.session.scalar(waits) == 1, seconds=30, what="the drop")
    process.kill()
    process.wait(timeout=10)
    db.session.rollback()
    gone = text("select count(*) from pg_stat_activity where datname = current_database() "
                "and usename <> current_user")
    wait_until(lambda: _ask_anew(gone) == 0, seconds=30, what="the end of psql")
    assert db.session.scalars(text("select count(*) from pg_tables")).all() == tables
    assert readers() == 2
    assert not is_on(SwitchName.SENDING_HELD)
    assert is_on(SwitchName.SENDING_STOPPED)
    assert run("restore", str(saved), "--replace", name()).exit_code == 0
    assert readers() == 1


def test_what_is_restored_stays_restorable(run: Run, saved: Path, tmp_path: Path) -> None:
    """A backup of a restored database, restored, is held anew, with numbers further on."""
    assert run("restore", str(saved), "--replace", name()).exit_code == 0
    first: Any = find_open_restore()
    first_delivery = first.first_delivery
    path = tmp_path / "two.dump"
    assert run("backup", str(path)).exit_code == 0
    assert run("restore", str(path), "--replace", name()).exit_code == 0
    again = find_open_restore()
    assert again is not None
    assert (again.first_delivery or 0) > first_delivery
