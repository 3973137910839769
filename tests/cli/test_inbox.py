"""`newsletter inbox`."""

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from newsletter.cli.main import cli
from newsletter.local.mailbox import keep_mail

MAIL = b"Subject: =HYPERLINK(1)\r\nTo: x@gemeente.example\r\n\r\nDag.\r\n"


@pytest.fixture
def env(servers: dict[str, str], tmp_path: Path) -> dict[str, str]:
    for recipient in ("femke@gemeente.example", "bas@provincie.example"):
        keep_mail(tmp_path / "inbox", content=MAIL, sender="a@b.example",
                  recipients=[recipient], received_at=datetime(2026, 11, 24, tzinfo=UTC))
    return {**servers, "STATE": str(tmp_path)}


def inbox(env: dict[str, str], *words: str) -> Result:
    return CliRunner().invoke(cli, ["inbox", *words], env=env, catch_exceptions=False)


def test_the_mails_are_listed(env: dict[str, str]) -> None:
    shown = inbox(env)
    assert shown.exit_code == 0
    assert "femke@gemeente.example" in shown.stdout
    assert len(json.loads(inbox(env, "--json").stdout)) == 2


def test_only_those_of_one_recipient_and_never_as_a_formula(env: dict[str, str]) -> None:
    (row,) = csv.DictReader(io.StringIO(inbox(env, "--to", "femke", "--csv").stdout))
    assert row["recipients"] == "femke@gemeente.example"
    assert row["subject"] == "'=HYPERLINK(1)"


def test_an_empty_inbox_is_an_empty_list(env: dict[str, str], tmp_path: Path) -> None:
    assert json.loads(inbox({**env, "STATE": str(tmp_path / "other")}, "--json").stdout) == []
