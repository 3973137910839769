"""`newsletter pace`."""

from typing import Any

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


def test_what_means_nothing_is_refused_in_one_line(run: Run) -> None:
    for words in (("set", "gmail", "--per-second", "5"), ("set", "gmail.com"),
                  ("set", "total", "--at-once", "5"), ("warm-up", "each", "5")):
        said = run("pace", *words, "--operator", "r")
        assert (said.exit_code, said.stderr.count("\n")) == (1, 1)
        assert said.stderr.startswith("Not taken")


def test_each_change_stands_in_the_audit_trail(run: Run, session: Session) -> None:
    run("pace", "set", "gmail.com", "--per-second", "20", "--operator", "robin")
    run("pace", "warm-up", "gmail.com", "5", "--operator", "kim")
    run("pace", "clear", "gmail.com", "--operator", "robin")
    entries = session.scalars(
        select(AuditEntry).where(AuditEntry.subject == "pace:gmail.com").order_by(AuditEntry.id))
    assert [(entry.act, entry.actor) for entry in entries] == [
        ("set_pace", "operator:robin"), ("plan_warm_up", "operator:kim"),
        ("clear_pace", "operator:robin")]
