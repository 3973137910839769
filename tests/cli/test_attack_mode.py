"""`newsletter attack-mode`."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.accounts.audit_models import AuditEntry
from newsletter.deliveries.models import SwitchName
from newsletter.deliveries.switch import is_on
from tests.cli.conftest import Run


def test_it_is_off_until_somebody_switches_it_on(run: Run, read: Any) -> None:
    assert read("attack-mode", "show") == {"on": False, "changed_at": None, "changed_by": None}
    assert "off" in run("attack-mode", "show").stdout


def test_each_switch_takes_effect_and_stands_in_the_audit_trail(
    run: Run, read: Any, session: Session
) -> None:
    assert run("attack-mode", "on", "--operator", "robin").exit_code == 0
    assert is_on(SwitchName.ATTACK_MODE)
    shown = read("attack-mode", "show")
    assert (shown["on"], shown["changed_by"]) == (True, "operator:robin")
    assert "robin" in run("attack-mode", "show").stdout
    assert run("attack-mode", "off", "--operator", "kim").exit_code == 0
    assert not is_on(SwitchName.ATTACK_MODE)
    entries = session.scalars(
        select(AuditEntry).where(AuditEntry.subject == "switch:attack_mode").order_by(AuditEntry.id)
    )
    assert [(entry.act, entry.actor, entry.door) for entry in entries] == [
        ("switch_on", "operator:robin", "cli"), ("switch_off", "operator:kim", "cli"),
    ]


def test_switched_on_twice_it_tells_who_did_so_first(run: Run, read: Any) -> None:
    for operator in ("robin", "kim"):
        assert run("attack-mode", "on", "--operator", operator).exit_code == 0
    assert read("attack-mode", "show")["changed_by"] == "operator:robin"


def test_the_status_tells_how_the_switch_stands(run: Run, read: Any) -> None:
    assert read("status")["attack_mode"] is False
    run("attack-mode", "on", "--operator", "robin")
    assert read("status")["attack_mode"] is True
    assert "Attack mode: on" in run("status").stdout
