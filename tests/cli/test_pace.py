"""`newsletter pace`."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.accounts.audit_models import AuditEntry
from tests.cli.conftest import Run


def test_without_limits_it_says_so(run: Run, read: Any) -> None:
    assert read("pace", "show") == {"limits": [], "warm_up": []}
    assert "Nothing is limited" in run("pace", "show").stdout


def test_a_limit_is_set_shown_and_cleared(run: Run, read: Any) -> None:
    assert run("pace", "set", "Gmail.com", "--per-second", "20", "--at-once", "5",
               "--operator", "robin").exit_code == 0
    (row,) = read("pace", "show")["limits"]
    assert (row["scope"], row["per_second"], row["at_once"], row["changed_by"]) == (
        "gmail.com", 20.0, 5, "operator:robin")
    assert "gmail.com" in run("pace", "show").stdout
    assert run("pace", "clear", "gmail.com", "--operator", "robin").exit_code == 0
    assert read("pace", "show")["limits"] == []
    assert run("pace", "clear", "gmail.com", "--operator", "robin").exit_code == 1


def test_a_warm_up_plan_is_set_shown_and_cleared(run: Run, read: Any) -> None:
    assert run("pace", "warm-up", "total", "50", "100", "500", "--operator", "r").exit_code == 0
    assert [row["amount"] for row in read("pace", "show")["warm_up"]] == [50, 100, 500]
    assert "Warm-up" in run("pace", "show").stdout
    assert run("pace", "warm-up", "total", "7", "--from", "2999-01-01",
               "--operator", "r").exit_code == 0
    assert [(row["day"], row["amount"]) for row in read("pace", "show")["warm_up"]] == [
        ("2999-01-01", 7)]
    assert run("pace", "clear", "total", "--warm-up", "--operator", "r").exit_code == 0
    assert read("pace", "show")["warm_up"] == []


@pytest.mark.parametrize(("words", "at", "why"), [
    ("set gmail --per-second 5", "SCOPE", "'gmail' is no domain such as gmail.com, nor each or"),
    ("set gmail.com", "--per-second / --at-once", "at least one"),
    ("set gmail.com --per-second nan", "--per-second", "give a number"),
    ("set gmail.com --per-second inf", "--per-second", "give a number"),
    ("set gmail.com --at-once 3000000000", "--at-once", "not in the range"),
    ("set total --at-once 5", "--at-once", "a domain or with each"),
    ("warm-up each 5", "SCOPE", "'each' is no domain such as gmail.com, nor total"),
    ("warm-up total " + "5 " * 367, "AMOUNTS", "366 days"),
    ("warm-up total 3000000000", "AMOUNTS", "not in the range"),
    ("clear gmail", "SCOPE", "no domain"),
])
def test_what_means_nothing_is_refused_in_words_at_the_option(
    run: Run, read: Any, words: str, at: str, why: str
) -> None:
    said = run("pace", *words.split(), "--operator", "r")
    assert said.exit_code == 2
    line = said.stderr.splitlines()[-1]
    assert at in line
    assert why in line
    assert "_" not in line.replace("SMTP_CONNECTIONS", "")  # no code of ours
    assert read("pace", "show") == {"limits": [], "warm_up": []}


def test_a_plan_begins_today_in_amsterdam_or_later(run: Run, read: Any) -> None:
    # Past midnight in Amsterdam, where in UTC it is still the day before.
    with time_machine.travel(datetime(2026, 11, 24, 23, 30, tzinfo=UTC), tick=False):
        refused = run("pace", "warm-up", "total", "5", "--from", "2026-11-24", "--operator", "r")
        assert refused.exit_code == 2
        assert "2026-11-24 is past: a plan begins today (2026-11-25" in refused.stderr
        assert "--from" in refused.stderr
        assert run("pace", "warm-up", "total", "5", "--from", "2026-11-25",
                   "--operator", "r").exit_code == 0


def test_each_change_stands_in_the_audit_trail(run: Run, session: Session) -> None:
    run("pace", "set", "gmail.com", "--per-second", "20", "--operator", "robin")
    run("pace", "warm-up", "gmail.com", "5", "--operator", "kim")
    run("pace", "clear", "gmail.com", "--operator", "robin")
    entries = session.scalars(
        select(AuditEntry).where(AuditEntry.subject == "pace:gmail.com").order_by(AuditEntry.id))
    assert [(entry.act, entry.actor) for entry in entries] == [
        ("set_pace", "operator:robin"), ("plan_warm_up", "operator:kim"),
        ("clear_pace", "operator:robin")]
