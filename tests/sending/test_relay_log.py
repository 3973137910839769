"""R12: of a mail whose answer got lost, our own relay's log is asked before it is sent again."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update

from newsletter import clock
from newsletter.cli.main import cli
from newsletter.deliveries.models import Attempt, Delivery, DeliveryStatus
from newsletter.extensions import db
from newsletter.jobs import Lane
from newsletter.mailings.queries import get_mailing, progress
from newsletter.transaction import transaction
from tests.faults.relay import OK, Relay
from tests.sending.published import publish

OpenHouse = Callable[..., AbstractContextManager[Any]]


def _hurry() -> None:
    """Let what waits be due now."""
    with transaction():
        db.session.execute(update(Delivery).values(due_at=clock.now() - timedelta(seconds=1)))


def _log_of(relay: Relay, path: Path) -> None:
    """What Postfix would have written of the mails that the relay took."""
    lines = []
    for number, entry in enumerate(relay.journal.entries):
        at = clock.now().isoformat(timespec="microseconds")
        start = f"{at} mx postfix"
        queue_id = f"4ABC{number:03X}"
        lines += [
            f"{start}/smtpd[7]: {queue_id}: client=localhost[127.0.0.1]",
            f"{start}/cleanup[8]: {queue_id}: message-id={entry.message['Message-ID']}",
            f"{start}/qmgr[9]: {queue_id}: from=<b@x.example>, size=9, nrcpt=1 (queue active)",
        ]
    path.write_text("\n".join([*lines, ""]), encoding="ascii")


def test_what_the_relay_took_is_booked_as_sent_and_not_sent_again(
    house: OpenHouse, tmp_path: Path
) -> None:
    log = tmp_path / "mail.log"
    with (
        Relay(answer=lambda _r, times: "drop after" if times == 1 else OK) as relay,
        house(relay, RELAY_LOG=str(log)) as (_, post),
    ):
        publish(4)
        post.run(Lane.BULK, seconds=30)
        assert progress(get_mailing("edition:90-8")).by_status == {DeliveryStatus.UNCLEAR: 4}
        _log_of(relay, log)
        _hurry()
        post.run(Lane.BULK, seconds=30)
        db.session.rollback()
        assert progress(get_mailing("edition:90-8")).sent == 4
        assert len(relay.journal.entries) == 4
        said = db.session.scalars(select(Attempt.reply_text)).all()
        assert said.count("found in the relay's log") == 4


def test_what_the_relay_did_not_take_is_sent_again(house: OpenHouse, tmp_path: Path) -> None:
    log = tmp_path / "mail.log"
    with (
        Relay(answer=lambda _r, times: "drop before" if times == 1 else OK) as relay,
        house(relay, RELAY_LOG=str(log)) as (_, post),
    ):
        publish(3)
        post.run(Lane.BULK, seconds=30)
        _log_of(relay, log)
        _hurry()
        post.run(Lane.BULK, seconds=30)
        db.session.rollback()
        assert progress(get_mailing("edition:90-8")).sent == 3
        assert set(relay.journal.copies().values()) == {1}


def test_a_log_that_cannot_be_read_holds_nothing_up(house: OpenHouse, tmp_path: Path) -> None:
    with (
        Relay(answer=lambda _r, times: "drop after" if times == 1 else OK) as relay,
        house(relay, RELAY_LOG=str(tmp_path / "none" / "mail.log")) as (_, post),
    ):
        publish(2)
        post.run(Lane.BULK, seconds=30)
        _hurry()
        post.run(Lane.BULK, seconds=30)
        db.session.rollback()
        assert progress(get_mailing("edition:90-8")).sent == 2


def _asked(*words: str) -> list[dict[str, Any]]:
    shown = CliRunner().invoke(cli, ["relay-log", *words, "--json"], catch_exceptions=False)
    assert shown.exit_code == 0, shown.output
    db.session.rollback()
    return json.loads(shown.stdout)  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("fault", "verdict"), [("drop after", "taken"), ("drop before", "unknown")])
def test_the_operator_sees_what_workers_will_find(
    house: OpenHouse, tmp_path: Path, fault: str, verdict: str
) -> None:
    log = tmp_path / "mail.log"
    with (
        Relay(answer=lambda _r, times: fault if times == 1 else OK) as relay,
        house(relay, RELAY_LOG=str(log)) as (_, post),
    ):
        publish(3)
        post.run(Lane.BULK, seconds=30)
        _log_of(relay, log)
        asked = _asked("--unclear")
        assert [each["verdict"] for each in asked] == [verdict] * 3
        assert {each["delivery_id"] for each in asked} == set(
            db.session.scalars(select(Delivery.id)))
        taken = {str(entry.message["Message-ID"]) for entry in relay.journal.entries}
        if verdict == "taken":
            assert {each["message_id"] for each in asked} == taken
            assert all(each["queue_id"] and each["taken_at"] for each in asked)
        by_name = _asked(*(name.strip("<>") for name in taken), "ghost@x.example")
        assert [each["verdict"] for each in by_name] == ["taken"] * len(taken) + ["unknown"]


def test_it_is_certain_only_when_the_log_goes_on_beyond_the_offer(
    house: OpenHouse, tmp_path: Path
) -> None:
    log = tmp_path / "mail.log"
    with (
        Relay(answer=lambda _r, times: "drop before" if times == 1 else OK) as relay,
        house(relay, RELAY_LOG=str(log)) as (_, post),
    ):
        publish(2)
        post.run(Lane.BULK, seconds=30)
        start, end = clock.now() - timedelta(hours=1), clock.now() + timedelta(hours=1)
        log.write_text("".join(
            f"{at.isoformat(timespec='microseconds')} mx postfix/smtpd[7]: connect from x[::1]\n"
            for at in (start, end)), encoding="ascii")
        assert {each["verdict"] for each in _asked("--unclear")} == {"not taken"}


@pytest.mark.parametrize("words", [["x@y.example"], ["--unclear"]])
def test_a_log_that_is_none_of_postfix_is_said_to_be_so(
    house: OpenHouse, tmp_path: Path, words: list[str]
) -> None:
    log = tmp_path / "mail.log"
    with Relay() as relay, house(relay, RELAY_LOG=str(log)):
        for wrong in ("Dear reader,\n", "Nov 24 08:00:00 mx CRON[7]: (root) CMD (true)\n",
                      "Nov 24 08:00:00 mx /USR/SBIN/CRON[7]: (root) CMD (true)\n"):
            log.write_text(wrong * 3, encoding="ascii")
            said = CliRunner().invoke(cli, ["relay-log", *words], catch_exceptions=False)
            assert (said.exit_code, said.stdout) == (2, "")
            assert f"{log} is no log of Postfix" in said.stderr
        # One that was begun just now proves nothing, and one line of Postfix is enough.
        for right in ("", "2026-11-24T08:00:00+01:00 mx postfix-out/smtpd[7]: idle\n",
                      "2026-11-24T08:00:00+01:00 mx postfix/postfix-script[7]: starting\n",
                      "Nov 24 08:00:00 mx postfix/anvil[7]: statistics\n",
                      f"{wrong}Nov 24 08:00:00 mx postfix/qmgr[7]: 4ABC000: removed\n"):
            log.write_text(right, encoding="ascii")
            assert CliRunner().invoke(cli, ["relay-log", *words]).exit_code == 0


def test_it_is_plainly_refused_without_a_log_or_a_question(house: OpenHouse) -> None:
    with Relay() as relay, house(relay):
        said = CliRunner().invoke(cli, ["relay-log", "--unclear"])
        assert (said.exit_code, "RELAY_LOG" in said.stderr) == (2, True)
        for words in ([], ["--unclear", "x@y.example"]):
            assert CliRunner().invoke(cli, ["relay-log", *words]).exit_code == 2
