"""`newsletter status`."""

import json
import re
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import create_engine, delete, text
from sqlalchemy.orm import Session

from newsletter import clock
from newsletter.assessed import ASSESSED_ON
from newsletter.cli import parts as status_parts
from newsletter.cli.main import cli
from newsletter.config import Settings
from newsletter.core import ROOT
from newsletter.deliveries.alarm import raise_alarm
from newsletter.deliveries.heartbeat import BEAT, beat
from newsletter.deliveries.models import Delivery, MailKind
from newsletter.digests.models import DigestSlot, SlotStatus
from newsletter.dkim_folder import path_of
from newsletter.dkim_keys import sender_domain
from newsletter.dkim_rotation import make_keys, use_keys
from newsletter.jobs import Lane
from newsletter.mailer.dkim import ED25519
from newsletter.subscribers.ask import ask_link
from newsletter.values import Relay
from tests.cli.conftest import Run
from tests.material import reader, slot


@pytest.fixture
def relay() -> Iterator[int]:
    """The port of a relay without TLS."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(Sink(), hostname="127.0.0.1", port=port)
    controller.start()
    yield port
    controller.stop()


def with_relay(app: Flask, *, port: int, tls: str) -> Settings:
    """The app's settings with another relay."""
    settings: Settings = app.config["SETTINGS"]
    return replace(settings, smtp_url=Relay("127.0.0.1", port, None, None, tls))


def parts(report: dict[str, Any]) -> dict[str, bool]:
    return {part["part"]: part["works"] for part in report["parts"]}


def test_a_part_that_does_not_answer_is_named_with_what_to_do(
    app: Flask, run: Run, read: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Where the default points, a demo may be running.
    monkeypatch.setitem(app.config, "SETTINGS", with_relay(app, port=1, tls="none"))
    report = read("status")
    assert parts(report) == {
        "database": True, "broker": True, "relay": False, "dkim": True, "workers": False,
        "schema": True, "beat": False,
    }
    assert not report["works"]
    shown = run("status")
    assert shown.exit_code == 1
    assert "SMTP_URL" in shown.stdout


def test_a_signing_key_that_no_worker_can_use_is_wrong(
    app: Flask, read: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(app.config["SETTINGS"], dkim_keys=tmp_path / "dkim")
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    domain, now = sender_domain(settings), clock.now()
    (made,) = make_keys(tmp_path / "dkim", domain=domain, algorithms=[ED25519], now=now)
    use_keys(tmp_path / "dkim", [made.selector], sender_domain=domain, now=now)
    assert parts(read("status"))["dkim"]
    path_of(tmp_path / "dkim", made.selector).chmod(0o644)
    report = read("status")
    assert not parts(report)["dkim"]
    assert any("chmod 600" in line for line in report["wrong"])


def test_an_older_schema_than_the_code_needs_is_wrong(
    make_database: Callable[[], dict[str, str]]
) -> None:
    given = make_database()
    owner = create_engine(given["DATABASE_OWNER_URL"])
    with owner.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '0030'"))
        connection.execute(text("drop table heartbeats, alarms"))
    owner.dispose()
    shown = CliRunner().invoke(cli, ["status", "--json"], env=given, catch_exceptions=False)
    report = json.loads(shown.stdout)
    assert shown.exit_code == 1
    assert parts(report)["schema"] is False
    assert any("at 0030, not at" in line for line in report["wrong"])


class _Answering:
    """Workers that answer as Celery's do, each with its one queue."""

    def __init__(self, *queues: str) -> None:
        self._queues = queues

    def __call__(self, timeout: float) -> "_Answering":
        assert timeout == status_parts.LISTEN
        return self

    def active_queues(self) -> dict[str, list[dict[str, str]]]:
        return {f"{name}@here": [{"name": name}] for name in self._queues}


@pytest.mark.parametrize("away", status_parts.QUEUES)
def test_a_queue_that_nobody_serves_is_named_with_the_part_of_the_procfile(
    read: Any, monkeypatch: pytest.MonkeyPatch, away: str
) -> None:
    served = [name for name in status_parts.QUEUES if name != away]
    monkeypatch.setattr(status_parts.queue.control, "inspect", _Answering(*served))
    (workers,) = [part for part in read("status")["parts"] if part["part"] == "workers"]
    assert not workers["works"]
    assert f"nobody serves {away}: start worker-{away} of" in workers["says"]
    procfile = (ROOT / "Procfile").read_text(encoding="utf-8")
    assert f"\nworker-{away}: " in procfile
    monkeypatch.setattr(
        status_parts.queue.control, "inspect", _Answering(*status_parts.QUEUES))
    assert parts(read("status"))["workers"]


def test_every_part_that_the_status_says_to_start_is_in_the_procfile(read: Any) -> None:
    names = {line.partition(":")[0]
             for line in (ROOT / "Procfile").read_text(encoding="utf-8").splitlines()}
    said = " ".join(part["says"] for part in read("status")["parts"])
    hinted = re.findall(r"\b(?:beat|worker[\w-]*)\b", said.partition("start ")[2])
    assert {"beat", "worker-upkeep"} <= set(hinted) <= names


def test_the_relay_and_the_clock_are_seen_when_they_work(
    app: Flask, read: Any, relay: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "SETTINGS", with_relay(app, port=relay, tls="none"))
    beat(BEAT, now=clock.now())
    found = parts(read("status"))
    assert found["relay"]
    assert found["beat"]


def test_a_relay_that_offers_no_tls_where_we_need_it_is_wrong(
    app: Flask, read: Any, relay: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "SETTINGS", with_relay(app, port=relay, tls="starttls"))
    found = read("status")
    assert not parts(found)["relay"]
    assert "STARTTLS" in str(found["parts"])


def test_open_alarms_and_deliveries_that_nobody_takes_up_are_wrong(
    session: Session, read: Any
) -> None:
    subscription = reader()
    long_ago = clock.now().replace(year=2020)
    session.add(Delivery(kind=MailKind.WELCOME, lane=Lane.PROMPT,
                         subscriber_id=subscription.subscriber_id, created_at=long_ago,
                         due_at=long_ago))
    ask_link(address="noor@gemeente.example", source_page="/mijn-link",
             now=long_ago)
    raise_alarm("ledger_open", "edition:90-8", now=clock.now())
    report = read("status")
    assert "alarm ledger_open: edition:90-8" in report["wrong"]
    assert report["waiting"]["overdue"] == report["waiting"]["requests_overdue"] == 1
    assert "1 posted forms should have been taken up 5 minutes ago" in report["wrong"]
    assert report["waiting"]["open_deliveries"] == {"prompt": {"pending": 1}}


def test_a_slot_that_is_held_or_late_stands_there_with_its_key_since_when_and_what_to_do(
    session: Session, run: Run, read: Any
) -> None:
    session.execute(delete(DigestSlot))
    now = clock.now().replace(second=0, microsecond=0)
    at = {hours: now + timedelta(hours=hours) for hours in (-200, -30, -1, 5, 30)}
    slots = {hours: slot(at=moment) for hours, moment in at.items()}
    slots[-200].status = SlotStatus.LATE
    slots[-30].is_held, slots[-30].status = True, SlotStatus.HELD
    slots[-1].is_held = slots[30].is_held = True  # its tick is still to come; its moment is
    report = read("status")
    assert [(row["key"], row["status"], datetime.fromisoformat(row["since"]))
            for row in report["waiting"]["waiting_slots"]] == [
        (slots[-200].key, "late", at[-200]), (slots[-30].key, "held", at[-30]),
        (slots[-1].key, "held", at[-1])]
    assert [row["held"] for row in report["waiting"]["next_slots"]] == [False, True]
    assert not any("held" in line for line in report["wrong"])  # it waits by an editor's will
    shown = run("status").stdout
    assert f"newsletter digest run --slot weekly@{slots[-200].slot_on}" in shown
    assert "releases it at the desk" in shown


def test_nothing_is_said_of_slots_that_wait_when_none_does(run: Run, session: Session) -> None:
    session.execute(delete(DigestSlot))
    assert "Waiting for a person" not in run("status").stdout


def test_the_next_slots_and_editions_are_shown(seeded: None, read: Any) -> None:
    waiting = read("status")["waiting"]
    assert waiting["next_slots"]
    assert all("@" in row["slot"] for row in waiting["next_slots"])
    assert waiting["next_editions"][0]["edition"]


@pytest.mark.parametrize(("days", "is_due"), [(364, False), (365, True)])
def test_an_assessment_of_a_year_ago_is_to_be_done_again_and_breaks_nothing(
    run: Run, read: Any, days: int, is_due: bool
) -> None:
    noon = datetime(ASSESSED_ON.year, ASSESSED_ON.month, ASSESSED_ON.day, 12, tzinfo=UTC)
    with time_machine.travel(noon + timedelta(days=days), tick=False):
        report = read("status")
        assert len(report["to_do"]) == is_due
        assert not any("assess" in line for line in report["wrong"])
        assert ("assess pages and mails again" in run("status").stdout) is is_due
