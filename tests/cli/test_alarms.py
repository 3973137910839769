"""`newsletter alarms`."""

from typing import Any

from sqlalchemy import select

from newsletter.accounts.audit_models import AuditEntry
from newsletter.deliveries.alarm import raise_alarm
from newsletter.extensions import db
from tests import material
from tests.cli.conftest import Run


def test_an_alarm_is_listed_until_it_is_closed(run: Run, read: Any) -> None:
    raise_alarm("mail_unmakeable", "delivery:7", now=material.NOW, code="unsafe_header")
    db.session.commit()
    (alarm,) = read("alarms", "list")
    assert (alarm["kind"], alarm["subject"]) == ("mail_unmakeable", "delivery:7")
    assert run("alarms", "close", str(alarm["id"]), "--operator", "robin").exit_code == 0
    assert read("alarms", "list") == []
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert (entry.act, entry.actor) == ("close_alarm", "operator:robin")


def test_the_details_of_an_alarm_read_as_words(run: Run) -> None:
    raise_alarm("relay_away", "relay", now=material.NOW, reason="refused", since_minutes=5)
    db.session.commit()
    shown = run("alarms", "list").stdout
    assert "reason: refused; since minutes: 5" in shown
    assert "{" not in shown


def test_an_alarm_that_is_not_open_is_refused(run: Run) -> None:
    shown = run("alarms", "close", "999")
    assert shown.exit_code == 1
