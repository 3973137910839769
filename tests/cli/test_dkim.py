"""`newsletter dkim`: keys made, published, used and retired by hand."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter import clock
from newsletter.accounts.audit_models import AuditEntry
from newsletter.cli import parts
from newsletter.cli.main import cli
from newsletter.core import settings
from newsletter.deliveries.models import Claim, Delivery
from newsletter.dkim_folder import path_of
from newsletter.dkim_keys import Keyring, sender_domain
from newsletter.dkim_rotation import make_keys, use_keys
from newsletter.jobs import Lane
from newsletter.mailer.dkim import ED25519
from tests.cli.conftest import Run


@pytest.fixture
def folder(app: Flask, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of keys, which is not there yet."""
    path = tmp_path / "dkim"
    monkeypatch.setitem(app.config, "SETTINGS", replace(settings(), dkim_keys=path))
    return path


def signing() -> list[str]:
    return [key.selector for key in Keyring.load(settings()).current()]


def test_keys_are_made_published_and_used(
    folder: Path, run: Run, read: Callable[..., Any], session: Session
) -> None:
    made = read("dkim", "new", "--operator", "robin")
    rsa, ed25519 = (row["selector"] for row in made)
    day = f"{clock.now():%Y%m%d}"
    assert (rsa, ed25519) == (f"r{day}", f"e{day}")
    assert {row["status"] for row in made} == {"new"}
    assert signing() == []
    assert read("dkim", "show") == made
    done = run("dkim", "use", rsa, ed25519, "--operator", "robin")
    assert (done.exit_code, signing()) == (0, [rsa, ed25519])
    acts = session.execute(
        select(AuditEntry.act, AuditEntry.subject, AuditEntry.actor)
        .where(AuditEntry.subject.startswith("dkim:")).order_by(AuditEntry.id)
    ).all()
    assert [tuple(row) for row in acts] == [
        (act, f"dkim:{selector}", "operator:robin")
        for act in ("make_dkim_key", "use_dkim_key") for selector in (rsa, ed25519)]


def test_what_is_shown_can_be_put_into_a_zone(
    folder: Path, run: Run, read: Callable[..., Any]
) -> None:
    (made,) = read("dkim", "new", "--algorithm", "rsa-sha256")
    line = run("dkim", "show", made["selector"]).stdout
    domain = settings().mail_from.rpartition("@")[2]
    assert line.startswith(f"{made['selector']}._domainkey.{domain}. 3600 IN TXT ( \"v=DKIM1; ")
    assert line.endswith(" )  ; new\n")
    strings = re.findall(r'"([^"]*)"', line)
    assert "".join(strings) == made["value"]
    assert len(strings) == 2
    assert max(map(len, strings)) == 255


def test_a_rotation_overlaps_and_its_end_waits_for_the_last_mail(
    folder: Path, run: Run, read: Callable[..., Any]
) -> None:
    (old,) = (row["selector"] for row in read("dkim", "new", "--algorithm", "ed25519-sha256"))
    run("dkim", "use", old)
    (new,) = (row["selector"] for row in read("dkim", "new", "--algorithm", "ed25519-sha256"))
    run("dkim", "use", new)
    assert {row["selector"]: row["status"] for row in read("dkim", "list")} == {
        old: "retired", new: "signing"}
    early = run("dkim", "retire", old)
    assert early.exit_code == 1
    assert "on their way until" in early.stderr
    assert path_of(folder, old).exists()
    assert run("dkim", "retire", new).exit_code == 1


def test_a_key_out_of_use_is_kept_for_some_days_and_says_so(
    folder: Path, run: Run, read: Callable[..., Any]
) -> None:
    rsa, ed25519 = (row["selector"] for row in read("dkim", "new"))
    run("dkim", "use", rsa, ed25519)
    said = read("dkim", "retire", ed25519)
    assert not said["removed"]
    assert said["kept_until"] > (clock.now()).isoformat()
    assert signing() == [rsa]


def test_a_key_of_an_open_mail_stays(
    folder: Path, run: Run, read: Callable[..., Any], session: Session
) -> None:
    rsa, ed25519 = (row["selector"] for row in read("dkim", "new"))
    run("dkim", "use", rsa, ed25519)
    run("dkim", "retire", ed25519)
    claim = Claim(lane=Lane.PROMPT, worker="w", dkim=[rsa, ed25519])
    session.add(claim)
    session.flush()
    now = clock.now()
    session.add(Delivery(kind="welcome", lane=Lane.PROMPT, subscriber_id=1, created_at=now,
                         due_at=now, status="deferred", first_claim_id=claim.id))
    refused = run("dkim", "retire", ed25519)
    assert refused.exit_code == 1
    assert f"1 mails are open that {ed25519} signed before" in refused.stderr


def test_a_key_that_never_signed_goes_at_once(
    folder: Path, run: Run, read: Callable[..., Any]
) -> None:
    (made,) = read("dkim", "new", "--algorithm", "ed25519-sha256")
    done = run("dkim", "retire", made["selector"])
    assert done.exit_code == 0
    assert f"Take {made['name']} out of the DNS" in done.stderr
    assert read("dkim", "list") == []


@pytest.mark.parametrize("words", [("show", "x"), ("use", "x"), ("retire", "x")])
def test_a_key_that_is_not_there_is_said_so(folder: Path, run: Run, words: tuple[str, ...]) -> None:
    done = run("dkim", *words)
    assert done.exit_code == 1
    assert done.stderr == "Not found: DKIM key x\n"


def test_without_the_database_no_key_is_made_switched_or_retired(
    app: Flask, tmp_path: Path, settings_of: Callable[[str], dict[str, str]]
) -> None:
    folder, domain, now = tmp_path / "dkim", sender_domain(app.config["SETTINGS"]), clock.now()
    old, new = (make_keys(folder, domain=domain, algorithms=[ED25519], now=now)[0].selector
                for _ in range(2))
    use_keys(folder, [old], sender_domain=domain, now=now)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    away = settings_of("none") | {
        "DATABASE_URL": "postgresql://app:x@127.0.0.1:9/newsletter", "DKIM_KEYS": str(folder)}
    for words in (("new",), ("use", new), ("retire", new)):
        done = CliRunner().invoke(cli, ["dkim", *words, "--operator", "robin"], env=away,
                                  catch_exceptions=False)
        assert done.exit_code == 2
        assert "PostgreSQL does not answer" in done.stderr
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_without_a_folder_the_setting_is_named(
    app: Flask, session: Session, run: Run, read: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(app.config, "SETTINGS", replace(settings(), dkim_keys=None))
    for words in (("new",), ("show",)):
        done = run("dkim", *words)
        assert done.exit_code == 2
        assert "DKIM_KEYS is none" in done.stderr
    assert read("dkim", "list") == []


def test_the_status_tells_what_signs(
    folder: Path, app: Flask, read: Callable[..., Any], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def part() -> tuple[bool, str]:
        return parts.signing().works, parts.signing().says

    (made,) = read("dkim", "new", "--algorithm", "ed25519-sha256")
    assert part()[0]
    monkeypatch.setitem(app.config, "SETTINGS", replace(settings(), newsletter_env="production"))
    works, says = part()
    assert not works
    assert "newsletter dkim new" in says
    run("dkim", "use", made["selector"])
    assert part() == (True, f"signed by {made['selector']}")
    monkeypatch.setitem(app.config, "SETTINGS", replace(settings(), dkim_keys=None))
    assert part() == (True, "the relay signs")
