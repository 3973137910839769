"""Readers as a file: for an admin, only what was chosen, harmless to a spreadsheet, recorded."""

import csv
import io

from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from newsletter.accounts.audit_models import AuditEntry
from newsletter.extensions import db
from newsletter.subscribers.change_details import change_details
from newsletter.subscribers.details import Details
from newsletter.subscribers.leave import Leaving, leave
from newsletter.subscribers.list_readers import AT_ONCE, ExportField
from newsletter.subscribers.record_consent import Proof
from tests.material import NOW, choices, reader, sign_up
from tests.web.desk.conftest import Worker
from tests.web.visitor import faults, page

PATH = "/redactie/lezers/export"


def rows_of(admin: Worker, *fields: ExportField) -> list[dict[str, str]]:
    answer = admin.post(PATH, fields=[field.value for field in fields])
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == 'attachment; filename="lezers-2026-11-10.csv"'
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_the_file_holds_active_readers_and_the_chosen_fields_alone(
    admin: Worker, session: Session
) -> None:
    one, left = reader("data", "leiderschap"), reader("data")
    sign_up("wacht@gemeente.example", choices("data"))
    leave(left, Leaving.ALL, proof=Proof("preference_page", "/"), now=NOW)
    rows = rows_of(admin, ExportField.ADDRESS, ExportField.THEMES)
    assert rows == [{"address": one.subscriber.address, "themes": "data, leiderschap"}]
    everything = rows_of(admin, *ExportField)
    assert list(everything[0]) == [field.value for field in ExportField]
    assert everything[0]["confirmed_at"] == "2026-10-11T07:00:00.000+00:00"
    entries = session.scalars(select(AuditEntry).where(AuditEntry.act == "export_readers")).all()
    assert entries[0].details == {"fields": ["address", "themes"]}


def test_no_cell_can_start_a_formula(admin: Worker) -> None:
    one = reader("data")
    change_details(one, Details(name='=HYPERLINK("http://x")', organisation="+31"))
    row = rows_of(admin, ExportField.NAME, ExportField.ORGANISATION)[0]
    assert row == {"name": '\'=HYPERLINK("http://x")', "organisation": "'+31"}


def test_nothing_is_chosen_beforehand_and_nothing_chosen_is_refused(
    admin: Worker, session: Session
) -> None:
    assert not page(admin.get(PATH)).css("input[checked]")
    assert "persoonsgegevens" in admin.get(PATH).get_data(as_text=True)
    for fields in ([], ["password"]):
        answer = admin.post(PATH, fields=fields)
        assert answer.status_code == 400
        assert set(faults(answer)) == {"fields"}
    assert not session.scalars(select(AuditEntry).where(AuditEntry.act == "export_readers")).all()


def test_many_readers_leave_by_the_thousand_and_all_of_them(
    admin: Worker, session: Session
) -> None:
    count = 2 * AT_ONCE + 1
    session.execute(text(
        "with made as (insert into subscribers (address, identity, mailbox, created_at)"
        " select a, a, a, now() from (select 'u' || n || '@x.example' as a"
        " from generate_series(1, :count) n) many returning id)"
        " insert into subscriptions (subscriber_id, status, receives_editions, cadence, language,"
        " format, asked_at, confirmed_at)"
        " select id, 'active', true, 'none', 'nl', 'mail', now(), now() from made"),
        {"count": count})
    db.session.commit()
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        rows = rows_of(admin, ExportField.ADDRESS)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert len({row["address"] for row in rows}) == len(rows) == count
    assert sum("from subscribers r join" in statement for statement in asked) == 3
