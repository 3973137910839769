"""`newsletter status`."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from flask import Flask
from sqlalchemy import delete
from sqlalchemy.orm import Session

from newsletter import clock
from newsletter.assessed import ASSESSED_ON
from newsletter.config import Settings
from newsletter.deliveries.alarm import raise_alarm
from newsletter.deliveries.heartbeat import BEAT, beat
from newsletter.deliveries.models import Delivery, MailKind
from newsletter.digests.models import DigestSlot, SlotStatus
from newsletter.jobs import Lane
from newsletter.subscribers.ask import ask_link
from newsletter.subscribers.models import Language
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
        "beat": False,
    }
    assert not report["works"]
    shown = run("status")
    assert shown.exit_code == 1
    assert "SMTP_URL" in shown.stdout


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
    ask_link(address="noor@gemeente.example", language=Language.NL, source_page="/mijn-link",
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
