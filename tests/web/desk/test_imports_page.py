"""Readers from a list, at the desk: load, look, type the number, carry out, download the report."""

import csv
import io

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from newsletter import clock
from newsletter.accounts.audit_models import AuditEntry
from newsletter.core import signer
from newsletter.extensions import db
from newsletter.subscribers.import_models import ImportStatus, ReaderImport
from newsletter.subscribers.models import Subscriber
from newsletter.subscribers.queries import find_by_address
from newsletter.subscribers.read_import import LARGEST
from newsletter.subscribers.work_import import work_import as carry_out_some
from newsletter.transaction import transaction
from tasks.imports import work_import
from tests.material import reader
from tests.web.desk.conftest import Worker
from tests.web.visitor import faults, links, page

PATH = "/redactie/import"
PROOF = {"where": "Congres van mei", "given_on": "20-5-2026", "words": "Ja, mail mij."}
LIST = "E-mail;Naam\nnieuw@x.example;Noor\njan;Jan\n{reader};Al lezer\nander@x.example;=1+1\n"
ROWS = "section[aria-labelledby=rows] tbody tr"


def upload(worker: Worker, content: bytes | str, **typed: str) -> TestResponse:
    """Send a file as a browser does."""
    db.session.commit()
    body = content.encode() if isinstance(content, str) else content
    return post_file(worker, PATH, body, **PROOF | typed)


def post_file(worker: Worker, path: str, body: bytes, **typed: str) -> TestResponse:
    file = FileStorage(io.BytesIO(body), filename="lijst.csv")
    boundary, data = encode_multipart({"csrf_token": worker.token(), **typed, "file": file})
    return worker.client.post(path, data=data,
                              content_type=f"multipart/form-data; boundary={boundary}")


@pytest.fixture
def loaded(publisher: Worker) -> str:
    """The path of a list of four, of which two may become a reader."""
    answer = upload(publisher, LIST.format(reader=reader("data").subscriber.address))
    assert answer.status_code == 303
    return str(answer.location)


def work(path: str) -> None:
    """What the worker does."""
    work_import(int(path.rpartition("/")[2]))


def text_of(publisher: Worker, path: str) -> str:
    return " ".join(page(publisher.get(path)).body.text().split())


def test_a_list_goes_from_file_to_readers_in_two_steps(
    publisher: Worker, session: Session, loaded: str
) -> None:
    assert "0 van 4 regels bekeken" in text_of(publisher, loaded)
    before = session.scalar(select(func.count()).select_from(Subscriber))
    work(loaded)
    assert "zonder @" in text_of(publisher, loaded)
    counts = page(publisher.get(loaded)).css("section[aria-labelledby=verdicts] tbody tr")
    assert [(row.css_first(".state").text(), row.css_first("td").text()) for row in counts] == [
        ("Wordt lezer", "2"), ("Is al lezer", "1"), ("Geen goed adres", "1")]
    assert session.scalar(select(func.count()).select_from(Subscriber)) == before
    for typed in ("", "4", "1", "twee"):
        answer = publisher.post(loaded, typed=typed)
        assert answer.status_code == 400
        assert set(faults(answer)) == {"typed"}
    assert publisher.post(loaded, typed=" 2 ").status_code == 303
    assert find_by_address("nieuw@x.example") is None
    assert "0 van 2 lezers erbij" in text_of(publisher, loaded)
    work(loaded)
    assert "2 lezers zijn erbij gekomen" in text_of(publisher, loaded)
    one = find_by_address("nieuw@x.example")
    assert one is not None
    assert f"/redactie/lezers/{one.subscriber_id}" in links(publisher.get(loaded))
    dossier = text_of(publisher, f"/redactie/lezers/{one.subscriber_id}")
    assert "Gegeven op 20 mei 2026. Bron: Congres van mei." in dossier
    assert "Ja, mail mij." in dossier
    acts = session.scalars(select(AuditEntry.act).where(AuditEntry.subject.like("import:%"))).all()
    assert acts == ["load_import", "carry_out_import"]


def test_no_page_and_no_report_shows_a_whole_address(publisher: Worker, loaded: str) -> None:
    work(loaded)
    report = publisher.get(f"{loaded}/verslag.csv").data.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(report)))
    assert [row[0] for row in rows] == ["Regel", "2", "3", "4", "5"]
    assert rows[1][1:] == ["n…@x.example", "Wordt lezer", ""]
    assert rows[2][1:] == ["j…", "Geen goed adres", "zonder @"]
    assert "nieuw@x.example" not in publisher.get(loaded).get_data(as_text=True) + report


def test_the_report_is_there_afterwards_without_any_address(
    publisher: Worker, loaded: str
) -> None:
    work(loaded)
    publisher.post(loaded, typed="2")
    work(loaded)
    report = publisher.get(f"{loaded}/verslag.csv").data.decode("utf-8-sig")
    assert "@x.example" not in report
    assert [row[2] for row in csv.reader(io.StringIO(report))][1:] == [
        "Is lezer geworden", "Geen goed adres", "Is al lezer", "Is lezer geworden"]


def test_pressing_twice_carries_out_once(publisher: Worker, loaded: str) -> None:
    work(loaded)
    assert publisher.post(loaded, typed="2").status_code == 303
    assert publisher.post(loaded, typed="2").status_code == 409
    work(loaded)
    assert publisher.post(f"{loaded}/weg").status_code == 409


def test_one_that_is_stuck_can_be_stopped_and_the_file_loaded_again(
    publisher: Worker, session: Session, loaded: str
) -> None:
    work(loaded)
    publisher.post(loaded, typed="2")
    with transaction():
        carry_out_some(int(loaded.rpartition("/")[2]), at_most=1, signer=signer(),
                       now=clock.now())
    state = publisher.get(f"{loaded}/stand")
    assert state.headers["X-Moves"] == "yes"
    assert "1 van 2 lezers erbij" in page(state).body.text()
    stop = "section[aria-labelledby=stop] form"
    (form,) = page(publisher.get(loaded)).css(stop)
    assert publisher.post(str(form.attributes["action"])).status_code == 303
    work(loaded)
    assert "Eén lezer was er al bij en blijft" in text_of(publisher, loaded)
    assert publisher.get(f"{loaded}/stand").headers["X-Moves"] == "no"
    assert find_by_address("nieuw@x.example") is not None
    assert find_by_address("ander@x.example") is None
    again = upload(publisher, LIST.format(reader="reader@x.example")).location
    work(again)
    counts = page(publisher.get(again)).css("section[aria-labelledby=verdicts] tbody tr")
    assert "Is al lezer" in counts[1].text()


def test_the_same_file_leads_to_the_list_that_is_there(publisher: Worker, session: Session) -> None:
    first = upload(publisher, "mail\na@x.example\n")
    assert upload(publisher, "mail\na@x.example\n").location == first.location
    assert session.scalar(select(func.count()).select_from(ReaderImport)) == 1


def test_a_list_that_is_put_aside_leaves_no_row(
    publisher: Worker, session: Session, loaded: str
) -> None:
    assert publisher.post(f"{loaded}/weg").status_code == 303
    session.expire_all()
    assert session.scalars(select(ReaderImport.status)).one() is ImportStatus.DROPPED
    work(loaded)
    assert "Weggelegd" in text_of(publisher, loaded)
    assert find_by_address("nieuw@x.example") is None


@pytest.mark.parametrize(("content", "typed", "field"), [
    ("", {}, "file"),
    ("naam\nNoor\n", {}, "file"),
    (b"PK\x03\x04\x00", {}, "file"),
    (b"mail\n" + b"x" * LARGEST, {}, "file"),
    ("mail\na@x.example\n", {"given_on": "ooit"}, "given_on"),
    ("mail\na@x.example\n", {"given_on": "11-11-2026"}, "given_on"),
    ("mail\na@x.example\n", {"where": "via noor@x.example"}, "where"),
    ("mail\na@x.example\n", {"words": "x" * 2_001}, "words"),
])
def test_what_cannot_be_is_refused_at_its_field_and_the_rest_is_kept(
    publisher: Worker, session: Session, content: bytes | str, typed: dict[str, str], field: str
) -> None:
    answer = upload(publisher, content, **typed)
    assert answer.status_code == 400
    assert set(faults(answer)) == {field}
    if field != "where":
        assert page(answer).css_first("#where").attributes["value"] == PROOF["where"]
    assert session.scalar(select(func.count()).select_from(ReaderImport)) == 0


def test_a_post_without_a_file_and_one_far_too_large_are_refused(publisher: Worker) -> None:
    assert set(faults(publisher.post(PATH, **PROOF))) == {"file"}
    assert upload(publisher, b"x" * (LARGEST + 2 * 1024 * 1024)).status_code == 413


def test_no_other_post_of_the_desk_may_be_that_large(publisher: Worker) -> None:
    assert post_file(publisher, "/redactie/lezers", b"x" * 2 * 1024 * 1024).status_code == 413


def test_columns_that_are_not_read_are_named(publisher: Worker) -> None:
    answer = upload(publisher, "mail;schoenmaat\na@x.example;43\n")
    assert "Deze kolommen lezen we niet: schoenmaat." in text_of(publisher, str(answer.location))


def test_rows_are_shown_by_the_hundred_and_by_verdict(publisher: Worker) -> None:
    lines = "".join(f"n{number}@x.example\n" for number in range(150))
    path = str(upload(publisher, f"mail\n{lines}geen adres\n").location)
    work(path)
    first = page(publisher.get(path))
    assert len(first.css(ROWS)) == 100
    after = next(link for link in links(publisher.get(path)) if "na=101" in link)
    assert len(page(publisher.get(after)).css(ROWS)) == 51
    bad = page(publisher.get(f"{path}?wat=bad_address"))
    assert [row.css_first("th").text() for row in bad.css(ROWS)] == ["152"]
    for strange in ("wat=x", "na=x", "na=-1", f"na={'9' * 30}"):
        assert publisher.get(f"{path}?{strange}").status_code == 200


def test_a_number_that_is_no_imports_is_not_found(publisher: Worker) -> None:
    for number in (0, 999_999, 10**30):
        for path in (f"{PATH}/{number}", f"{PATH}/{number}/verslag.csv"):
            assert publisher.get(path).status_code == 404
        assert publisher.post(f"{PATH}/{number}", typed="1").status_code == 404


def test_looking_at_a_list_changes_nothing(
    publisher: Worker, session: Session, loaded: str, app: Flask
) -> None:
    work(loaded)
    before = session.scalars(select(AuditEntry.id)).all()
    for path in (PATH, loaded, f"{loaded}/verslag.csv"):
        assert publisher.get(path).status_code == 200
    session.expire_all()
    assert session.scalars(select(AuditEntry.id)).all() == before
    assert session.scalars(select(ReaderImport.status)).one() is ImportStatus.JUDGED
