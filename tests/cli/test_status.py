"""`newsletter status`."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from flask import Flask
from sqlalchemy.orm import Session

from newsletter import clock
from newsletter.config import Settings
from newsletter.deliveries.alarm import raise_alarm
from newsletter.deliveries.heartbeat import BEAT, beat
from newsletter.deliveries.models import Delivery, MailKind
from newsletter.jobs import Lane
from newsletter.subscribers.ask import ask_link
from newsletter.subscribers.models import Language
from newsletter.values import Relay
from tests.cli.conftest import Run
from tests.material import reader


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


def test_the_next_slots_and_editions_are_shown(read: Any) -> None:
    waiting = read("status")["waiting"]
    assert all("@" in row["slot"] for row in waiting["next_slots"])
    assert waiting["next_editions"][0]["edition"]
