"""`newsletter consents`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import create_engine, select, text

from newsletter.accounts.audit_models import AuditEntry
from newsletter.cli.main import cli
from newsletter.core import settings, signer
from newsletter.extensions import db
from newsletter.subscribers.forget_salt import forget_salt
from newsletter.subscribers.models import ConsentWording
from newsletter.subscribers.receipt import receipt_keys, receipt_of, receipt_text
from newsletter.subscribers.seal_consents import seal_consents
from tests import material
from tests.cli.conftest import Run

NOWHERE = {
    "DATABASE_URL": "postgresql://nobody:x@127.0.0.1:1/nowhere", "REDIS_URL": "redis://127.0.0.1:1",
    "SECRET_KEY": "",
}


@pytest.fixture
def sealed(committed: Flask) -> int:
    """The id of a reader whose ledger is sealed."""
    subscription = material.reader()
    assert seal_consents(now=material.NOW)
    db.session.commit()
    return subscription.subscriber_id


@pytest.fixture
def file(sealed: int, tmp_path: Path) -> Path:
    """Her receipt as she downloaded it."""
    path = tmp_path / "receipt.json"
    receipt = receipt_of(sealed, signer=signer(), public_url="https://nieuws.example",
                         now=material.NOW)
    path.write_text(receipt_text(receipt), encoding="utf-8")
    return path


def asked(*words: str) -> Any:
    return CliRunner().invoke(cli, ["consents", *words], catch_exceptions=False)


def test_a_whole_ledger_is_said_to_be_whole(run: Run, read: Callable[..., Any]) -> None:
    material.reader()
    seal_consents(now=material.NOW)
    shown = run("consents", "verify")
    assert shown.exit_code == 0
    assert shown.stdout == "Whole: 2 entries of 1 subscribers, 1 seals.\n"
    assert read("consents", "verify") == {
        "entries": 2, "subscribers": 1, "seals": 1, "broken": None,
    }


def test_the_first_broken_entry_is_named_and_the_exit_code_is_1(sealed: int) -> None:
    owner = create_engine(settings().database_owner_url)
    with owner.begin() as connection:
        connection.execute(text("update consents set means = 'x' where sequence = 2"))
    owner.dispose()
    shown = asked("verify")
    assert shown.exit_code == 1
    assert shown.stdout.startswith(f"Subscriber {sealed}, entry 2: its content")
    shown = asked("verify", "--json")
    assert shown.exit_code == 1
    assert '"fault": "changed_entry"' in shown.stdout


def test_a_seal_that_the_log_has_and_the_database_lacks_is_missed(
    run: Run, read: Callable[..., Any]
) -> None:
    material.reader()
    seal_consents(now=material.NOW)
    (seal,) = read("consents", "seals")
    assert (seal["entries"], seal["previous_hash"]) == (1, "")
    assert run("consents", "verify", "--seal", seal["hash"][:32]).exit_code == 0
    shown = run("consents", "verify", "--seal", seal["hash"][:32], "--seal", "f" * 32)
    assert shown.exit_code == 1
    assert f"No seal has the hash {'f' * 32}" in shown.stdout
    for wrong in ("abc", "%" * 32, "F" * 32):
        assert run("consents", "verify", "--seal", wrong).exit_code == 2


def test_seals_are_listed_newest_first_as_table_and_csv(run: Run) -> None:
    for moment in (material.NOW, material.NOW.replace(hour=8)):
        material.reader()
        seal_consents(now=moment)
    lines = run("consents", "seals").stdout.splitlines()
    assert [line.split()[2] for line in lines[2:]] == ["08:00Z", "07:00Z"]
    assert run("consents", "seals", "--csv").stdout.startswith("id,at,entries,hash,previous_hash")


def test_an_address_is_tied_to_its_entries_and_who_asked_is_kept(
    run: Run, read: Callable[..., Any]
) -> None:
    subscription = material.reader()
    person = subscription.subscriber
    address = str(person.address)
    person.address = person.identity = person.mailbox = None
    forget_salt(person.id, keep_months=12, now=material.NOW)
    (row,) = read("consents", "prove", address, "--operator", "robin")
    assert (row["subscriber"], row["entries"], row["last_act"]) == (person.id, 2, "given")
    assert row["destroy_at"].startswith("2027-11-10")
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert (entry.act, entry.actor, entry.subject, entry.details) == (
        "prove_consent", "operator:robin", f"subscriber:{person.id}", {})
    forget_salt(person.id, keep_months=0, now=material.NOW)
    assert run("consents", "prove", address, "--operator", "robin").exit_code == 1
    assert run("consents", "prove", "no address", "--operator", "robin").exit_code == 1


def test_a_receipt_is_checked_without_settings_database_or_network(file: Path) -> None:
    key = receipt_keys(signer())[-1].public
    db.session.remove()
    run = CliRunner()
    words = ["consents", "check-receipt", str(file), "--key", key]
    shown = run.invoke(cli, words, env=NOWHERE, catch_exceptions=False)
    assert shown.exit_code == 0
    assert "form one chain" in shown.stdout
    assert run.invoke(cli, [*words, "--json"], env=NOWHERE).exit_code == 0
    assert run.invoke(cli, [*words[:3], "--key", "abc"], env=NOWHERE).exit_code == 2


def test_a_changed_receipt_is_refused_with_its_first_fault(file: Path, sealed: int) -> None:
    changed = file.read_text(encoding="utf-8").replace("/aanmelden", "/\x9b31mrood")
    file.write_text(changed, encoding="utf-8")
    shown = asked("check-receipt", str(file))
    assert shown.exit_code == 1
    assert shown.stdout.startswith("Not good. Entry 1 was changed")
    assert "\x9b" not in shown.stdout


def test_the_wordings_are_looked_at_too(sealed: int) -> None:
    wording_id = db.session.scalars(select(ConsentWording.id).order_by(ConsentWording.id)).first()
    owner = create_engine(settings().database_owner_url)
    with owner.begin() as connection:
        connection.execute(text("update consent_wordings set text = 'Ja.'"))
    owner.dispose()
    assert asked("verify").stdout.startswith(f"Wording {wording_id}: ")
