"""`newsletter sending`."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.accounts.audit_models import AuditEntry
from newsletter.deliveries.models import SwitchName
from newsletter.deliveries.pace import room
from newsletter.deliveries.switch import is_on, switch
from newsletter.jobs import Lane
from tests.cli.conftest import Run
from tests.material import NOW

STOPPED = SwitchName.SENDING_STOPPED


def test_it_goes_on_until_somebody_stops_it(run: Run, read: Any) -> None:
    never = {"on": False, "changed_at": None, "changed_by": None}
    assert read("sending", "status") == {"sends": True, "stopped": never, "held": never}
    assert "goes on" in run("sending", "status").stdout


def test_stop_and_go_take_effect_and_stand_in_the_audit_trail(
    run: Run, read: Any, session: Session
) -> None:
    assert run("sending", "stop", "--operator", "robin").exit_code == 0
    assert is_on(STOPPED)
    assert room(session, lane=Lane.PROMPT, wanted=1) == 0
    shown = read("sending", "status")
    assert (shown["sends"], shown["stopped"]["changed_by"]) == (False, "operator:robin")
    assert "Stopped by operator:robin" in run("sending", "status").stdout
    assert "goes on" in run("sending", "go", "--operator", "kim").stderr
    assert room(session, lane=Lane.PROMPT, wanted=1) == 1
    assert "No longer stopped by operator:kim" in run("sending", "status").stdout
    entries = session.scalars(
        select(AuditEntry).where(AuditEntry.subject == "switch:sending_stopped")
        .order_by(AuditEntry.id))
    assert [(entry.act, entry.actor, entry.door) for entry in entries] == [
        ("switch_on", "operator:robin", "cli"), ("switch_off", "operator:kim", "cli")]


def test_a_restored_database_stays_held_whatever_go_says(run: Run, read: Any) -> None:
    switch(SwitchName.SENDING_HELD, is_on=True, by="system", now=NOW)
    said = run("sending", "go", "--operator", "kim")
    assert "still held" in said.stderr
    assert read("sending", "status")["sends"] is False
    assert "held" in run("sending", "status").stdout
    assert is_on(SwitchName.SENDING_HELD)


def test_the_status_of_the_whole_tells_it_too(run: Run, read: Any) -> None:
    assert read("status")["sending"] == "goes on"
    run("sending", "stop", "--operator", "robin")
    assert read("status")["sending"] == "stopped"
    assert "Sending: stopped" in run("status").stdout
    switch(SwitchName.SENDING_HELD, is_on=True, by="system", now=NOW)
    assert read("status")["sending"] == "held"
