"""`newsletter edition send`."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter import clock
from newsletter.accounts.audit_models import AuditEntry
from newsletter.editions.models import Edition, EditionStatus
from newsletter.editions.try_links import Tried, keep_tried
from newsletter.emails.size import LARGEST_HTML
from newsletter.fetching.trouble import Trouble
from tests.cli.conftest import Run
from tests.material import approved, article, edition


@pytest.fixture
def ready(session: Session) -> Edition:
    """An edition of which nothing is missing, approved as sent now, not yet scheduled."""
    made = edition([article("data")], send_at=clock.now() + timedelta(days=365))
    made.status = EditionStatus.PLANNED
    approved(made, send_at=clock.now())
    return made


def entries(session: Session) -> list[AuditEntry]:
    return list(session.scalars(select(AuditEntry).where(AuditEntry.act == "send_now")))


def test_an_edition_leaves_now_and_the_trail_names_the_operator(
    run: Run, session: Session, ready: Edition
) -> None:
    shown = run("edition", "send", ready.key, "--now", "--operator", "noor")
    assert shown.exit_code == 0, shown.output
    session.refresh(ready)
    assert ready.status is EditionStatus.SCHEDULED
    assert ready.send_at <= clock.now()
    (entry,) = entries(session)
    assert (entry.actor, entry.door, entry.subject) == (
        "operator:noor", "cli", f"edition:{ready.key}")
    assert entry.account_id is None


def test_the_name_behind_sudo_is_the_person_not_root(
    run: Run, session: Session, ready: Edition
) -> None:
    run("edition", "send", ready.key, "--now", env={"SUDO_USER": "piet", "USER": "root"})
    assert [entry.actor for entry in entries(session)] == ["operator:piet"]


def test_a_name_that_could_forge_a_line_is_refused(run: Run, ready: Edition) -> None:
    shown = run("edition", "send", ready.key, "--now", "--operator", "a\nb")
    assert shown.exit_code == 2


def test_sending_twice_sends_once(run: Run, session: Session, ready: Edition) -> None:
    assert run("edition", "send", ready.key, "--now").exit_code == 0
    shown = run("edition", "send", ready.key, "--now")
    assert shown.exit_code == 1
    assert shown.stderr == f"Refused: edition {ready.key} is leaving.\n"
    assert len(entries(session)) == 1


def test_an_edition_that_misses_something_stays_and_says_what(
    run: Run, session: Session, ready: Edition
) -> None:
    ready.subject = ""
    shown = run("edition", "send", ready.key, "--now")
    assert shown.exit_code == 1
    assert shown.stderr == "The edition misses: subject\n"
    session.refresh(ready)
    assert ready.status is EditionStatus.PLANNED
    assert entries(session) == []


def test_a_mail_that_would_be_clipped_is_refused_as_at_the_desk(
    run: Run, session: Session, ready: Edition, read: Any
) -> None:
    ready.editorial_md = "Woord " * (LARGEST_HTML // 5)
    assert read("edition", "send", ready.key)["missing"] == ["too_large"]
    assert run("edition", "send", ready.key, "--now").exit_code == 1
    session.refresh(ready)
    assert ready.status is EditionStatus.PLANNED


def test_what_the_checks_of_the_desk_refuse_does_not_leave_from_here_either(
    run: Run, session: Session, ready: Edition, read: Any
) -> None:
    ready.editorial_md = "Zie [de wet](https://elders.example/weg)."
    approved(ready, send_at=clock.now())
    keep_tried("https://elders.example/weg", Tried(Trouble.BAD_STATUS, 404), now=clock.now())
    assert read("edition", "send", ready.key)["missing"] == ["dead_link"]
    shown = run("edition", "send", ready.key, "--now")
    assert (shown.exit_code, shown.stderr) == (1, "The edition misses: dead_link\n")
    session.refresh(ready)
    assert ready.status is EditionStatus.PLANNED


def test_without_now_it_only_looks(run: Run, session: Session, ready: Edition) -> None:
    shown = run("edition", "send", ready.key)
    assert shown.exit_code == 0
    assert "misses nothing. Nothing was sent: add --now" in shown.stdout
    ready.title = ""
    assert "--now" not in run("edition", "send", ready.key).stdout
    session.refresh(ready)
    assert ready.status is EditionStatus.PLANNED


@pytest.mark.parametrize("key", ["99-8", "nonsense", "12-2"])
def test_what_is_not_there_or_has_appeared_is_exit_code_1(run: Run, key: str) -> None:
    assert run("edition", "send", key, "--now").exit_code == 1
