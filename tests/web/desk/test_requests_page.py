"""Requests under the AVG at the desk: opened, in time, handled by the house's own deeds."""

import csv
import io
from dataclasses import replace
from datetime import date
from pathlib import Path
from zipfile import ZipFile

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.accounts.audit_models import AuditEntry
from newsletter.config import Settings
from newsletter.core import signer
from newsletter.deliveries.suppress import SuppressionReason, find_reason
from newsletter.erasures import read_erasures
from newsletter.extensions import db
from newsletter.subscribers.models import EndReason, Subscription, SubscriptionStatus
from newsletter.subscribers.open_request import open_request
from newsletter.subscribers.request_models import DataRequest, DataRequestKind, RequestOutcome
from tests.material import NOW, choices, reader, sign_up
from tests.subscribers.test_ledger_replay import tables_that_hold
from tests.web.desk.conftest import Worker
from tests.web.visitor import faults, form_of, heading, page

PATH = "/redactie/verzoeken"
TYPED = {"kind": "access", "received_on": "9-11-2026"}


@pytest.fixture
def erased_ids(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings, with a file of erased numbers of this test's own."""
    found = replace(app.config["SETTINGS"], erased_ids=tmp_path / "erased")
    monkeypatch.setitem(app.config, "SETTINGS", found)
    return found


def opened(publisher: Worker, subscriber_id: int | None, **changed: str) -> str:
    """The path of a new request."""
    path = f"/redactie/lezers/{subscriber_id}/verzoek" if subscriber_id else PATH
    answer = publisher.post(path, **{**TYPED, **changed})
    assert answer.status_code == 303, faults(answer)
    return str(answer.location)


def only(session: Session) -> DataRequest:
    session.expire_all()
    return session.scalars(select(DataRequest)).one()


def audit(session: Session, act: str) -> AuditEntry:
    return session.scalars(select(AuditEntry).where(AuditEntry.act == act)).one()


def test_a_request_is_opened_from_a_dossier_and_due_in_a_month(
    publisher: Worker, session: Session
) -> None:
    one = reader("data")
    path = opened(publisher, one.subscriber_id, received_on="31-10-2026")
    made = only(session)
    assert (made.subscriber_id, made.kind) == (one.subscriber_id, DataRequestKind.ACCESS)
    assert (made.received_on, made.due_on) == (date(2026, 10, 31), date(2026, 11, 30))
    assert path == f"{PATH}/{made.id}"
    for shown in (path, PATH, f"/redactie/lezers/{one.subscriber_id}"):
        assert "Nog 20 dagen" in publisher.get(shown).get_data(as_text=True)
    entry = audit(session, "open_request")
    assert entry.details == {"kind": "access", "subscriber": one.subscriber_id,
                             "due_on": "2026-11-30"}


@pytest.mark.parametrize(("change", "field"), [
    ({"kind": ""}, "kind"), ({"kind": "x"}, "kind"), ({"received_on": ""}, "received_on"),
    ({"received_on": "11-11-2026"}, "received_on"), ({"received_on": "31-2-2026"}, "received_on"),
    ({"received_on": "9" * 5000}, "received_on"),
])
@pytest.mark.parametrize("known", [True, False])
def test_what_cannot_be_is_refused_at_its_field_and_the_rest_is_kept(
    publisher: Worker, session: Session, change: dict[str, str], field: str, known: bool
) -> None:
    path = f"/redactie/lezers/{reader('data').subscriber_id}/verzoek" if known else PATH
    answer = publisher.post(path, **{**TYPED, **change})
    assert answer.status_code == 400
    assert set(faults(answer)) == {field}
    assert page(answer).css_first("details[open]")
    assert session.scalar(select(func.count()).select_from(DataRequest)) == 0


def test_who_composes_editions_is_not_told_of_requests(
    editor: Worker, session: Session
) -> None:
    open_request(DataRequestKind.ACCESS, subscriber_id=None, received_on=date(2026, 10, 1),
                 account_id=editor.account.id, now=NOW)
    assert "van een lezer" not in editor.get("/redactie/").get_data(as_text=True)


def test_who_looks_after_readers_is_warned_in_time(publisher: Worker) -> None:
    opened(publisher, None, received_on="12-10-2026")
    opened(publisher, None, received_on="9-11-2026")
    first = publisher.get("/redactie/").get_data(as_text=True)
    assert "Eén verzoek van een lezer moet binnen een week af" in first
    opened(publisher, None, received_on="9-10-2026")
    assert "Eén verzoek van een lezer is te laat" in publisher.get("/redactie/").get_data(
        as_text=True)
    assert "Eén dag te laat" in publisher.get(PATH).get_data(as_text=True)


def test_access_is_the_same_file_as_the_reader_gets_herself(
    publisher: Worker, session: Session
) -> None:
    one = reader("data")
    path = opened(publisher, one.subscriber_id)
    answer = publisher.post(f"{path}/bestand")
    with ZipFile(io.BytesIO(answer.data)) as pack:
        assert "consent-receipt.json" in pack.namelist()
        rows = list(csv.DictReader(io.StringIO(pack.read("subscriber.csv").decode("utf-8-sig"))))
        assert rows[0]["address"] == one.subscriber.address
        assert "data_requests.csv" in pack.namelist()
    assert answer.headers["Cache-Control"].startswith("no-store")
    entry = audit(session, "export_reader")
    assert entry.subject == f"subscriber:{one.subscriber_id}"
    assert only(session).handled_at is None
    assert publisher.post(path, outcome="given", note="Per post.").status_code == 303
    made = only(session)
    assert (made.outcome, made.handled_by, made.note) == (
        RequestOutcome.GIVEN, publisher.account.id, "Per post.")


def test_a_request_is_handled_once(publisher: Worker, session: Session) -> None:
    path = opened(publisher, None)
    assert publisher.post(path, outcome="nothing_held").status_code == 303
    assert publisher.post(path, outcome="refused").status_code == 409
    assert only(session).outcome is RequestOutcome.NOTHING_HELD


@pytest.mark.parametrize(("typed", "field"), [
    ({"outcome": ""}, "outcome"), ({"outcome": "erased"}, "outcome"),
    ({"outcome": "given", "note": "noor@gemeente.example"}, "note"),
    ({"outcome": "given", "note": "x" * 501}, "note"),
    ({"outcome": "given", "note": "a\x00b"}, "note"),
])
def test_a_note_holds_no_address_and_nobody_says_erased_who_did_not_erase(
    publisher: Worker, session: Session, typed: dict[str, str], field: str
) -> None:
    path = opened(publisher, None)
    answer = publisher.post(path, **typed)
    assert answer.status_code == 400
    assert set(faults(answer)) == {field}
    assert only(session).handled_at is None


def test_a_correction_is_stored_and_closes_the_request(
    publisher: Worker, session: Session
) -> None:
    one = reader("data")
    path = opened(publisher, one.subscriber_id, kind="rectification")
    refused = publisher.post(f"{path}/verbeteren", name="x" * 201)
    assert set(faults(refused)) == {"name"}
    assert publisher.post(f"{path}/verbeteren", name=" Noor  de Wit", sector="rijk",
                          organisation="").status_code == 303
    assert one.subscriber.name == "Noor de Wit"
    assert only(session).outcome is RequestOutcome.CORRECTED


@pytest.mark.parametrize("how", ["stop", "never"])
def test_an_objection_stops_the_mail_at_once(
    publisher: Worker, session: Session, how: str
) -> None:
    one = reader("data")
    path = opened(publisher, one.subscriber_id, kind="objection")
    assert set(faults(publisher.post(f"{path}/stoppen"))) == {"how"}
    assert publisher.post(f"{path}/stoppen", how=how).status_code == 303
    session.expire_all()
    assert (one.status, one.ended_reason) == (SubscriptionStatus.ENDED, EndReason.UNSUBSCRIBED)
    reason = find_reason(signer().address_hashes(str(one.subscriber.address)))
    assert reason is (SuppressionReason.NEVER_AGAIN if how == "never" else None)
    assert only(session).outcome is RequestOutcome.STOPPED


def test_an_objection_of_who_did_not_confirm_yet_ends_her_link(
    publisher: Worker, session: Session
) -> None:
    one = sign_up("wacht@gemeente.example", choices("data"))
    nonce = one.confirm_nonce
    path = opened(publisher, one.subscriber_id, kind="objection")
    publisher.post(f"{path}/stoppen", how="stop")
    session.expire_all()
    assert one.status is SubscriptionStatus.ENDED
    assert one.confirm_nonce > nonce


def test_erasing_asks_for_the_readers_number(
    publisher: Worker, session: Session, erased_ids: Settings
) -> None:
    one = reader("data")
    path = opened(publisher, one.subscriber_id, kind="erasure")
    for typed in ("", str(one.subscriber_id + 1), "ja"):
        answer = publisher.post(f"{path}/wissen", typed=typed)
        assert answer.status_code == 400
        assert set(faults(answer)) == {"typed"}
    session.expire_all()
    assert one.subscriber.address is not None
    assert list(read_erasures(erased_ids.erased_ids)) == []


def test_erasing_leaves_no_address_anywhere_and_the_number_in_the_file(
    publisher: Worker, session: Session, erased_ids: Settings
) -> None:
    one = reader("data")
    one.subscriber.address = one.subscriber.identity = "xantippe@onvindbaar.example"
    one.subscriber.mailbox = "xantippe@onvindbaar.example"
    publisher.post("/redactie/lezers", address="xantippe@onvindbaar.example")
    publisher.post(f"/redactie/lezers/{one.subscriber_id}/adres", reason="request")
    earlier = opened(publisher, one.subscriber_id)
    publisher.post(earlier, outcome="refused", note="Xantippe belde.")
    path = opened(publisher, one.subscriber_id, kind="erasure")
    answer = publisher.post(f"{path}/wissen", typed=f" {one.subscriber_id} ")
    assert answer.status_code == 303
    assert tables_that_hold("xantippe") == set()
    session.expire_all()
    assert one.ended_reason is EndReason.ERASED
    assert [each.subscriber_id for each in read_erasures(erased_ids.erased_ids)] == [
        one.subscriber_id]
    assert "Gewist" in publisher.get(path).get_data(as_text=True)


def test_erasing_with_the_wish_for_no_mail_keeps_a_code_alone(
    publisher: Worker, session: Session, erased_ids: Settings
) -> None:
    one = reader("data")
    address = str(one.subscriber.address)
    path = opened(publisher, one.subscriber_id, kind="erasure")
    publisher.post(f"{path}/wissen", typed=str(one.subscriber_id), never_again="y")
    assert find_reason(signer().address_hashes(address)) is SuppressionReason.NEVER_AGAIN
    assert tables_that_hold(address) == set()


def test_nothing_is_erased_when_the_file_cannot_be_written(
    publisher: Worker, session: Session, erased_ids: Settings
) -> None:
    erased_ids.erased_ids.mkdir()
    one = reader("data")
    path = opened(publisher, one.subscriber_id, kind="erasure")
    answer = publisher.post(f"{path}/wissen", typed=str(one.subscriber_id))
    assert answer.status_code == 503
    session.expire_all()
    kept = db.session.get(Subscription, one.subscriber_id)
    assert kept is not None
    assert kept.subscriber.address is not None
    assert only(session).handled_at is None


@pytest.mark.parametrize(("kind", "deed"), [
    ("access", "wissen"), ("erasure", "stoppen"), ("objection", "bestand"),
])
def test_a_request_is_handled_by_its_own_deed_alone(
    publisher: Worker, session: Session, kind: str, deed: str
) -> None:
    one = reader("data")
    path = opened(publisher, one.subscriber_id, kind=kind)
    answer = publisher.post(f"{path}/{deed}", typed=str(one.subscriber_id), how="never")
    assert answer.status_code == 409
    session.expire_all()
    assert one.status is SubscriptionStatus.ACTIVE


def test_a_number_that_is_no_requests_is_not_found(publisher: Worker) -> None:
    for number in (0, 999_999, 10**30):
        assert publisher.get(f"{PATH}/{number}").status_code == 404
        assert publisher.post(f"{PATH}/{number}", outcome="given").status_code == 404


def test_the_page_of_each_kind_has_its_own_form(publisher: Worker) -> None:
    one = reader("data")
    deeds = {"access": "bestand", "rectification": "verbeteren", "objection": "stoppen",
             "erasure": "wissen"}
    for kind, deed in deeds.items():
        path = opened(publisher, one.subscriber_id, kind=kind)
        shown = publisher.get(path)
        assert form_of(shown, action=f"{path}/{deed}")
        assert heading(shown)
