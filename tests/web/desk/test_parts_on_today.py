"""The desk's first page says whether every part works, from what is known already."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from newsletter.accounts.audit import record
from newsletter.deliveries.alarm import raise_alarm
from newsletter.deliveries.heartbeat import BEAT, BULK, FEEDS, PROMPT, beat
from newsletter.deliveries.models import Delivery, MailKind
from newsletter.jobs import Lane
from tests.material import NOW, reader
from tests.web.desk.conftest import Worker
from tests.web.desk.test_today_page import today

PARTS = (BEAT, PROMPT, BULK, FEEDS)


def alive(at: datetime = NOW) -> None:
    for part in PARTS:
        beat(part, now=at)


def parts(worker: Worker) -> dict[str, tuple[str, str]]:
    """Each part of the house: its kind and what is said of it."""
    found = {}
    for part in today(worker).css("section[aria-labelledby=health] li"):
        name = part.css_first("b").text()
        said = part.css_first("div").text().removeprefix(name)
        found[name.removeprefix("Fout: ").removeprefix("Let op: ")] = (
            str(part.attributes["class"]), said)
    return found


def test_when_every_part_works_that_is_said_in_one_line_that_opens(
    editor: Worker, session: Session
) -> None:
    alive()
    record("backup", "database", now=NOW - timedelta(hours=5), actor="operator:x", door="cli")
    session.flush()
    shown = today(editor).css_first("section[aria-labelledby=health] details")
    assert "open" not in shown.attributes
    assert "Alles werkt" in shown.css_first("summary").text()
    kinds = {name: kind for name, (kind, _) in parts(editor).items()}
    assert set(kinds) == {
        "Database", "Wachtrij", "Klok", "Losse mails", "Edities en themamails", "Feeds",
        "Wachtende losse mails", "Mailserver", "Bijhouden wat weggaat", "Reservekopie"}
    assert {name for name, kind in kinds.items() if kind != "done"} <= {"Mailserver"}


@pytest.mark.parametrize(("part", "name"), [
    (BEAT, "Klok"), (PROMPT, "Losse mails"), (BULK, "Edities en themamails"), (FEEDS, "Feeds")])
def test_a_worker_that_fell_silent_is_named_with_what_that_means(
    editor: Worker, session: Session, part: str, name: str
) -> None:
    alive()
    beat(part, now=NOW - timedelta(minutes=6))
    session.flush()
    found = parts(editor)
    assert [one for one, (kind, _) in found.items() if kind == "wrong"] == [name]
    assert found[name][1].startswith("Stil sinds vandaag")
    details = today(editor).css_first("section[aria-labelledby=health] details")
    assert "open" in details.attributes


def test_a_mail_that_waits_too_long_a_relay_and_a_journal_that_fail_and_an_old_backup_show(
    editor: Worker, session: Session
) -> None:
    alive()
    session.add(Delivery(kind=MailKind.WELCOME, lane=Lane.PROMPT, created_at=NOW,
                         due_at=NOW - timedelta(hours=3),
                         subscriber_id=reader("data").subscriber_id))
    raise_alarm("relay_unreachable", "relay", now=NOW)
    raise_alarm("spool_unusable", "spool", now=NOW)
    record("backup", "database", now=NOW - timedelta(days=3), actor="operator:x", door="cli")
    session.flush()
    found = {name: kind for name, (kind, _) in parts(editor).items() if kind != "done"}
    assert found == {"Wachtende losse mails": "mind", "Mailserver": "wrong",
                     "Bijhouden wat weggaat": "wrong", "Reservekopie": "mind"}


def test_a_contributor_sees_no_machinery(contributor: Worker) -> None:
    assert today(contributor).css_first("section[aria-labelledby=health]") is None
