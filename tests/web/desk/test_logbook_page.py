"""The log of the desk: who may read it, how it is searched, and what an export of it holds."""

import csv
import io
import json
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from newsletter.accounts.audit import record
from newsletter.accounts.audit_models import AuditEntry, AuditOrigin
from newsletter.accounts.audit_queries import AT_ONCE, Wanted
from newsletter.accounts.models import RoleName
from newsletter.extensions import db
from newsletter.transaction import transaction
from newsletter.web.desk.act_details import SUBJECTS, subject_as_kept, subject_words
from newsletter.web.desk.logbook import ON_A_PAGE
from newsletter.web.desk.logbook_export import send
from tests.material import NOW
from tests.web.desk.conftest import MakeWorker, Worker
from tests.web.visitor import faults, form_of, links, page, post

LOGBOOK = "/redactie/logboek"
LOGIN = "/redactie/inloggen"
DAY = timedelta(days=1)


@pytest.fixture
def admin(make_worker: MakeWorker) -> Worker:
    return make_worker(RoleName.ADMIN)


def subjects(worker: Worker, **asked: str) -> list[str]:
    """What the shown entries were done to, as their links name it, newest first."""
    shown = worker.client.get(LOGBOOK, query_string=asked)
    assert shown.status_code == 200
    return named_in(shown)


def named_in(shown: TestResponse) -> list[str]:
    return [parse_qs(urlsplit(str(link.attributes["href"])).query)["waarop"][0]
            for link in page(shown).css("tbody td a")]


def test_an_editor_does_not_read_the_log(editor: Worker) -> None:
    assert editor.get(LOGBOOK).status_code == 403


def test_a_publisher_reads_the_log_and_takes_nothing_along(publisher: Worker) -> None:
    assert "Neem mee" not in publisher.get(LOGBOOK).get_data(as_text=True)
    assert publisher.post(f"{LOGBOOK}/uitvoer", vorm="csv").status_code == 403


def test_an_admin_may_take_it_along(admin: Worker) -> None:
    record("compose", "edition:20-1", now=NOW, actor="system")
    assert "Neem mee" in admin.get(LOGBOOK).get_data(as_text=True)


def test_it_is_searched_by_subject_person_act_and_period(publisher: Worker) -> None:
    person = publisher.account.id
    for number, at in enumerate((NOW, NOW + DAY, NOW + 2 * DAY), start=1):
        record("compose", f"edition:30-{number}", now=at, account_id=person)
    record("brake", "edition:30-1", now=NOW + 2 * DAY, actor="system", door="clock")
    assert subjects(publisher, waarop="edition:30-1") == ["edition:30-1"] * 2
    assert subjects(publisher, wie=str(person), wat="compose") == [
        "edition:30-3", "edition:30-2", "edition:30-1"]
    assert subjects(publisher, wat="brake") == ["edition:30-1"]
    day = f"{(NOW + DAY).day}-{(NOW + DAY).month}-{(NOW + DAY).year}"
    assert subjects(publisher, van=day, tot=day, wat="compose") == ["edition:30-2"]
    assert subjects(publisher, wie="999999", wat="nonsense") == []


@pytest.mark.parametrize("typed", ["Editie 30·1", "editie 30-1", " 30·1", "30-1", "30.1",
                                   "edition:30-1"])
def test_a_subject_is_found_by_the_words_that_name_it(publisher: Worker, typed: str) -> None:
    for subject in ("edition:30-1", "edition:30-11", "article:19"):
        record("compose", subject, now=NOW, actor="system")
    assert subjects(publisher, waarop=typed, wat="compose") == ["edition:30-1"]
    assert subjects(publisher, waarop="Artikel  19") == ["article:19"]


def test_every_subject_that_is_named_is_found_by_its_name(publisher: Worker) -> None:
    for language in ("nl", "en"):
        with publisher.client.application.test_request_context(f"/redactie?taal={language}"):
            for kind in SUBJECTS:
                kept = f"{kind}:30-1"
                assert subject_as_kept(subject_words(kept)) == kept


def test_a_moment_says_of_what_year_it_is(publisher: Worker) -> None:
    record("compose", "edition:20-1", now=NOW - 365 * DAY, actor="system")
    shown = page(publisher.get(f"{LOGBOOK}?wat=compose")).css_first("tbody time")
    assert str((NOW - 365 * DAY).year) in shown.text()


def test_a_day_that_cannot_be_is_told_at_its_field(publisher: Worker) -> None:
    answer = publisher.client.get(LOGBOOK, query_string={"van": "31-2-2026", "tot": "gisteren"})
    assert answer.status_code == 400
    assert faults(answer) == {
        "van": "Fout: Deze dag staat niet op de kalender.",
        "tot": "Fout: Schrijf de dag als 24-3-2026 of 24 maart 2026.",
    }
    assert page(answer).css_first("#tot").attributes["value"] == "gisteren"


@pytest.mark.parametrize("asked", ["voor=x", "voor=-1", "voor=" + "9" * 30, "wie=abc", "wat=%00",
                                   "waarop=" + "x" * 5000])
def test_nonsense_in_the_address_is_never_an_error_of_ours(
    publisher: Worker, asked: str
) -> None:
    assert publisher.get(f"{LOGBOOK}?{asked}").status_code in (200, 404)


def test_older_pages_follow_each_other_without_gap_or_double(publisher: Worker) -> None:
    for number in range(ON_A_PAGE + 3):
        record("compose", f"edition:31-{number}", now=NOW, actor="system")
    first = subjects(publisher, wat="compose")
    (older,) = [each for each in links(publisher.get(f"{LOGBOOK}?wat=compose")) if "voor=" in each]
    rest = named_in(publisher.get(older))
    assert first + rest == [f"edition:31-{n}" for n in range(ON_A_PAGE + 2, -1, -1)]


def test_an_export_holds_everything_asked_and_stands_in_the_log_itself(
    admin: Worker, session: Session
) -> None:
    record("compose", "edition:32-1", now=NOW, actor="system", title='=HYPERLINK("x")')
    answer = admin.post(f"{LOGBOOK}/uitvoer", vorm="csv", waarop="edition:32-1")
    assert answer.mimetype == "text/csv"
    (row,) = csv.DictReader(io.StringIO(answer.get_data(as_text=True)))
    assert row["subject"] == "edition:32-1"
    assert len(row["hash"]) == 64
    answer = admin.post(f"{LOGBOOK}/uitvoer", vorm="json", wat="export_logbook")
    shown = json.loads(answer.get_data(as_text=True))
    assert [each["details"]["format"] for each in shown] == ["json", "csv"]
    assert session.scalars(
        select(AuditEntry.account_id).where(AuditEntry.act == "export_logbook")
    ).all() == [admin.account.id] * 2


def test_no_cell_of_an_export_starts_a_formula(admin: Worker) -> None:
    record("=1+1", "@subject", now=NOW, actor="-x")
    answer = admin.post(f"{LOGBOOK}/uitvoer", vorm="csv", waarop="@subject")
    (row,) = csv.DictReader(io.StringIO(answer.get_data(as_text=True)))
    assert (row["act"], row["subject"], row["actor"]) == ("'=1+1", "'@subject", "'-x")


def test_what_is_kept_is_shown_as_text_and_not_as_markup(publisher: Worker) -> None:
    record("compose", "<b>x</b>", now=NOW, actor="system", title="<script>alert(1)</script>")
    shown = publisher.get(f"{LOGBOOK}?wat=compose").get_data(as_text=True)
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown


def test_a_refused_login_is_kept_without_what_was_typed(
    client: FlaskClient, session: Session, now: None
) -> None:
    form = form_of(client.get(LOGIN), action=LOGIN)
    post(client, form, email="nemo@redactie.example", password="iets heel anders")
    entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "log_in_refused")).one()
    assert (entry.subject, entry.actor, entry.account_id) == ("account:unknown", "stranger", None)
    origin = session.get_one(AuditOrigin, entry.id)
    assert origin.address == "127.0.0.1"
    assert "Werkzeug" in origin.program


def test_a_refused_page_is_kept(contributor: Worker, session: Session) -> None:
    contributor.get("/redactie/verzendingen")
    entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "refused")).one()
    assert (entry.subject, entry.account_id) == ("page:desk.mailings", contributor.account.id)


def test_a_browser_that_names_itself_badly_stays_on_one_line(
    editor: Worker, session: Session
) -> None:
    token = editor.token()
    editor.client.post("/redactie/uitloggen", data={"csrf_token": token},
                       headers={"User-Agent": "Boos\x1b[31m" + "x" * 500})
    entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "log_out")).one()
    origin = session.get_one(AuditOrigin, entry.id)
    assert origin.program.isprintable()
    assert len(origin.program) == 200


def test_a_download_holds_no_transaction_while_it_is_read(committed: Flask) -> None:
    with transaction():
        for number in range(AT_ONCE + 3):
            record("compose", f"edition:20-{number}", now=NOW, actor="system")
    with committed.test_request_context():
        lines = iter(send(Wanted(), "csv").response)
        seen = [next(lines) for _ in range(AT_ONCE)]
        assert not db.session().in_transaction()
        with transaction():
            record("compose", "edition:99-9", now=NOW, actor="system")
        seen += lines
        assert not db.session().in_transaction()
    assert len(set(seen)) == 1 + AT_ONCE + 3  # the heading, and each entry of then once
