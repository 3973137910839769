"""`newsletter digest rhythm`."""

from datetime import time, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter import clock
from newsletter.accounts.audit_models import AuditEntry
from newsletter.catalogue.queries import magazine
from newsletter.clock import AMSTERDAM
from newsletter.digests.models import DigestSlot
from newsletter.subscribers.models import Cadence
from tests.cli.conftest import Run

AS = ("--operator", "robin")


def _times_from_next_week(session: Session) -> set[time]:
    """The times of the weekly slots that no rhythm leaves where they were."""
    coming = session.scalars(select(DigestSlot.slot_at).where(
        DigestSlot.cadence == Cadence.WEEKLY, DigestSlot.slot_at > clock.now() + timedelta(days=8)))
    return {at.astimezone(AMSTERDAM).time() for at in coming}


def test_it_is_shown_and_showing_changes_nothing(
    seeded: None, run: Run, read: Any, session: Session
) -> None:
    found = read("digest", "rhythm")
    assert found["next_slots"]
    del found["next_slots"]
    assert found == {
        "weekday": "tuesday", "weekly_at": "08:00", "monthly_day": 1, "monthly_at": "08:00",
        "quiet_from": None, "quiet_until": None, "weekly_minimum": 1, "monthly_minimum": 1,
    }
    assert "tuesday 08:00, at least 1 article" in run("digest", "rhythm").stdout
    assert session.scalars(select(AuditEntry).where(AuditEntry.act == "set_rhythm")).all() == []


def test_what_is_set_is_shown_stands_in_the_trail_and_the_slots_follow(
    run: Run, read: Any, session: Session
) -> None:
    done = run("digest", "rhythm", "--weekday", "thursday", "--weekly-at", "9:30",
               "--monthly-day", "31", "--quiet", "20:00-07:00", "--weekly-minimum", "3", *AS)
    assert done.exit_code == 0
    assert "quiet    20:00-07:00" in done.stdout
    found = read("digest", "rhythm")
    assert (found["weekday"], found["weekly_at"], found["monthly_day"], found["monthly_at"]) == (
        "thursday", "09:30", 31, "08:00")
    assert (found["quiet_from"], found["quiet_until"]) == ("20:00", "07:00")
    assert (found["weekly_minimum"], found["monthly_minimum"]) == (3, 1)
    (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.act == "set_rhythm"))
    assert (entry.subject, entry.actor) == ("magazine:1", "operator:robin")
    assert entry.details == {"weekly_weekday": 3, "weekly_at": "09:30", "monthly_day": 31,
                             "quiet_from": "20:00", "quiet_until": "07:00", "weekly_minimum": 3}
    assert _times_from_next_week(session) == {time(9, 30)}


def test_quiet_hours_end_with_none(run: Run, read: Any) -> None:
    run("digest", "rhythm", "--quiet", "20:00-07:00", *AS)
    assert run("digest", "rhythm", "--quiet", "none", *AS).exit_code == 0
    assert read("digest", "rhythm")["quiet_from"] is None


@pytest.mark.parametrize(("words", "code"), [
    (("--quiet", "20-7"), 2),
    (("--quiet", "20:00-24:00"), 2),
    (("--quiet", ""), 2),
    (("--weekday", "dinsdag"), 2),
    (("--weekly-at", "8"), 2),
    (("--monthly-day", "32"), 2),
    (("--monthly-day", "0"), 2),
    (("--weekly-minimum", "0"), 2),
    (("--monthly-minimum", "13"), 2),
    (("--weekly-at", "22:00", "--quiet", "20:00-07:00"), 1),
    (("--monthly-at", "20:00", "--quiet", "20:00-07:00"), 1),
    (("--quiet", "08:00-07:00"), 1),
])
def test_what_means_nothing_is_refused_and_nothing_changes(
    run: Run, read: Any, words: tuple[str, ...], code: int
) -> None:
    before = read("digest", "rhythm")
    said = run("digest", "rhythm", *words, *AS)
    assert said.exit_code == code
    if code == 1:
        assert said.stderr.startswith("Not taken")
        assert "next_day" in said.stderr
    assert read("digest", "rhythm") == before


def test_a_slot_early_in_the_quiet_hours_is_taken_and_comes_at_their_end_that_day(
    run: Run, session: Session
) -> None:
    assert run("digest", "rhythm", "--weekly-at", "06:00", "--quiet", "20:00-07:00",
               *AS).exit_code == 0
    assert magazine().weekly_at == time(6)
    assert _times_from_next_week(session) == {time(7)}
