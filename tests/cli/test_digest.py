"""`newsletter digest run`."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from newsletter import clock
from newsletter.accounts.audit_models import AuditEntry
from newsletter.articles.models import Article
from newsletter.catalogue.models import Theme
from newsletter.deliveries.models import Delivery
from newsletter.digests.models import DigestSlot, SlotStatus
from newsletter.mailings.models import Mailing
from newsletter.subscribers.models import ChosenTheme, Subscriber
from tests.cli.conftest import Run
from tests.material import article, reader, slot


@pytest.fixture
def due(session: Session) -> DigestSlot:
    """A weekly slot of an hour ago, with two readers of whom one has something new."""
    session.execute(update(Article).values(released_at=None))
    session.execute(delete(DigestSlot))  # one of the seeds may stand on this very day
    at = clock.now() - timedelta(hours=1)
    long_ago = at - timedelta(days=20)
    reader("data", at=long_ago)
    reader("leiderschap", at=long_ago)
    article("data", released_at=at - timedelta(hours=2))
    found = slot(at=at)
    found.slot_on = clock.local(at).date()
    return found


def name_of(found: DigestSlot) -> str:
    return f"{found.cadence.value}@{found.slot_on}"


def counts(session: Session) -> list[int | None]:
    return [session.scalar(select(func.count()).select_from(table))
            for table in (Mailing, Delivery, AuditEntry)]


def test_a_rehearsal_says_who_gets_what_and_changes_nothing(
    run: Run, read: Any, session: Session, due: DigestSlot
) -> None:
    session.commit()
    before = counts(session)
    found = read("digest", "run", "--slot", name_of(due), "--dry-run")
    assert (found["readers_due"], found["readers_nothing_new"]) == (1, 1)
    (selection,) = found["selections"]
    assert selection["readers"] == 1
    assert len(selection["articles"]) == 1
    assert selection["subject"]
    assert "1 readers would get one of 1 mails" in run(
        "digest", "run", "--slot", name_of(due), "--dry-run").stdout
    assert counts(session) == before
    session.refresh(due)
    assert due.status is SlotStatus.PLANNED


def address_of(session: Session, *, due: bool) -> str:
    """The reader with something new, or the one without."""
    theme = "data" if due else "leiderschap"
    return str(session.scalar(
        select(Subscriber.address).join(ChosenTheme, ChosenTheme.subscriber_id == Subscriber.id)
        .join(Theme, Theme.id == ChosenTheme.theme_id).where(Theme.slug == theme)))


def test_a_rehearsal_counts_readers_by_theme_and_looks_back(
    run: Run, read: Any, due: DigestSlot
) -> None:
    found = read("digest", "run", "--slot", name_of(due), "--dry-run")
    themes = {row["theme"]: (row["followers"], row["readers"]) for row in found["themes"]}
    assert themes["data"] == (1, 1)
    assert themes["leiderschap"] == (1, 0)
    assert found["difference"] is None
    said = run("digest", "run", "--slot", name_of(due), "--dry-run").stdout
    assert "No slot of this cadence was carried out before." in said


def test_a_rehearsal_shows_the_mail_of_one_reader(
    run: Run, read: Any, session: Session, due: DigestSlot
) -> None:
    words = ("digest", "run", "--slot", name_of(due), "--dry-run", "--reader",
             address_of(session, due=True).upper())
    hers = read(*words)["reader"]
    assert (hers["outcome"], hers["articles_due"], hers["themes"]) == ("due", 1, ["data"])
    assert hers["mail"]["subject"] in hers["mail"]["text"] + hers["mail"]["html"]
    assert "/voorkeuren/voorbeeld" in hers["mail"]["text"]
    said = run(*words).stdout
    assert "due. 1 articles in her themes are due" in said
    assert "/voorkeuren/voorbeeld" in said


def test_a_rehearsal_says_why_a_reader_gets_nothing(
    run: Run, read: Any, session: Session, due: DigestSlot
) -> None:
    words = ("digest", "run", "--slot", name_of(due), "--dry-run", "--reader")
    hers = read(*words, address_of(session, due=False))["reader"]
    assert (hers["outcome"], hers["mail"]) == ("nothing_new", None)
    assert "We know no reader by that address." in run(*words, "x@gemeente.example").stdout


def test_a_reader_is_only_looked_up_in_a_rehearsal_and_by_an_address(
    run: Run, due: DigestSlot
) -> None:
    words = ("digest", "run", "--slot", name_of(due), "--reader")
    assert run(*words, "x@gemeente.example").exit_code == 2
    assert run(*words, "x@gemeente.example", "--dry-run", "--csv").exit_code == 2
    assert run(*words, "x", "--dry-run").exit_code == 1


def test_what_was_carried_out_is_not_rehearsed(run: Run, due: DigestSlot) -> None:
    assert run("digest", "run", "--slot", name_of(due)).exit_code == 0
    again = run("digest", "run", "--slot", name_of(due), "--dry-run")
    assert again.exit_code == 1
    assert "nothing is left to rehearse" in again.stderr


def test_a_slot_is_carried_out_once_and_the_trail_names_the_operator(
    run: Run, read: Any, session: Session, due: DigestSlot
) -> None:
    found = read("digest", "run", "--slot", name_of(due), "--operator", "noor")
    assert found["status"] == "carried_out"
    assert found["readers_due"] == 1
    assert session.scalar(select(func.count()).select_from(Delivery)) == 1
    actors = session.scalars(select(AuditEntry.actor).where(AuditEntry.act == "run_slot")).all()
    assert actors == ["operator:noor"]
    again = run("digest", "run", "--slot", name_of(due))
    assert again.exit_code == 1
    assert again.stderr.startswith("Refused")
    assert session.scalar(select(func.count()).select_from(Mailing)) == 1


def test_a_late_slot_is_carried_out_because_a_person_asks(
    run: Run, session: Session, due: DigestSlot
) -> None:
    due.status = SlotStatus.LATE
    assert run("digest", "run", "--slot", name_of(due)).exit_code == 0
    session.refresh(due)
    assert due.status is SlotStatus.CARRIED_OUT


def test_a_held_slot_is_not_carried_out_whoever_asks(
    run: Run, session: Session, due: DigestSlot
) -> None:
    due.is_held = True
    for status in (SlotStatus.PLANNED, SlotStatus.HELD):
        due.status = status
        session.commit()
        refused = run("digest", "run", "--slot", name_of(due))
        assert refused.exit_code == 1
        assert "release at the desk" in refused.stderr
    assert counts(session) == [0, 0, 0]
    assert run("digest", "run", "--slot", name_of(due), "--dry-run").exit_code == 0


def test_a_slot_that_is_still_to_come_is_only_rehearsed(
    run: Run, session: Session, due: DigestSlot
) -> None:
    due.slot_at = clock.now() + timedelta(days=2)
    shown = run("digest", "run", "--slot", name_of(due))
    assert shown.exit_code == 1
    assert "cut-off" in shown.stderr
    assert run("digest", "run", "--slot", name_of(due), "--dry-run").exit_code == 0


@pytest.mark.parametrize(
    ("name", "code"),
    [("weekly@2020-01-07", 1), ("weekly", 2), ("daily@2026-11-24", 2), ("weekly@24-11-2026", 2),
     ("none@2026-11-24", 1)],
)
def test_a_slot_that_is_not_there_is_1_and_a_name_that_cannot_be_is_2(
    run: Run, name: str, code: int
) -> None:
    assert run("digest", "run", "--slot", name).exit_code == code
