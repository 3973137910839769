"""Articles from a file at the desk: seen first, then taken over by a person, all or none."""

import json

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from newsletter.articles.models import Article
from newsletter.articles.queries import find_by_slug
from newsletter.extensions import db
from tests.material import article
from tests.web.desk.conftest import Worker
from tests.web.visitor import faults, page

PATH = "/redactie/artikelen/invoer"
CSV = ("titel;samenvatting;themas;tekst\n"
       "Eenhoorn één;Over data en registers.;data;<p>Een <b>vet</b> woord.</p>\n"
       "Leiders in gesprek;Over leiderschap.;;\n")


def send(worker: Worker, file: bytes, **fields: str) -> TestResponse:
    """Choose a file, as the form does."""
    db.session.commit()
    head = {"csrf_token": worker.token(), **fields}
    parts = [f'form-data; name="{name}"\r\n\r\n{value}'.encode() for name, value in head.items()]
    parts.append(b'form-data; name="file"; filename="stukken.csv"\r\n\r\n' + file)
    body = b"".join(b"--grens\r\nContent-Disposition: " + part + b"\r\n" for part in parts)
    return worker.client.post(PATH, data=body + b"--grens--\r\n",
                              content_type="multipart/form-data; boundary=grens")


def rows_in(answer: TestResponse) -> str:
    return str(page(answer).css_first("input[name=rows]").attributes["value"])


def count(session: Session) -> int:
    return session.scalar(select(func.count(Article.id))) or 0


def test_a_file_is_shown_with_suggestions_and_nothing_is_kept(
    editor: Worker, session: Session
) -> None:
    article("data").title = "Eenhoorn een"
    before = count(session)
    answer = send(editor, CSV.encode())
    assert answer.status_code == 200
    shown = page(answer)
    assert count(session) == before
    assert [each.attributes["value"] for each in shown.css("input[name^=themes-][checked]")] == [
        "data"]
    text = answer.get_data(as_text=True)
    assert "Leiderschap (om: leiderschap)" in text
    assert "Lijkt op iets wat er al is" in text
    # What may be there already is not taken over unasked.
    assert [each.attributes["name"] for each in shown.css("input[name^=row-][checked]")] == [
        "row-1"]


def test_what_is_ticked_is_taken_over_as_drafts(editor: Worker, session: Session) -> None:
    rows = rows_in(send(editor, CSV.encode()))
    answer = editor.post(f"{PATH}/overnemen", rows=rows, **{
        "row-0": "on", "themes-0": "data", "row-1": "on", "themes-1": ["leiderschap", "data"]})
    assert answer.status_code == 303
    one, two = find_by_slug("eenhoorn-een"), find_by_slug("leiders-in-gesprek")
    assert one is not None
    assert two is not None
    assert (one.released_at, one.body_md) == (None, "Een **vet** woord.")
    assert {theme.slug for theme in two.themes} == {"leiderschap", "data"}


def test_when_one_misses_something_none_is_taken_over(editor: Worker, session: Session) -> None:
    rows = rows_in(send(editor, CSV.encode()))
    before = count(session)
    answer = editor.post(f"{PATH}/overnemen", rows=rows, **{
        "row-0": "on", "themes-0": "data", "row-1": "on"})
    assert answer.status_code == 400
    assert "Kies één tot drie thema’s." in answer.get_data(as_text=True)
    assert count(session) == before
    assert len(page(answer).css("input[name^=row-][checked]")) == 2
    assert editor.post(f"{PATH}/overnemen", rows=rows).status_code == 400


def test_faults_of_a_row_stand_at_that_row(editor: Worker) -> None:
    file = json.dumps([{"titel": "x" * 300, "samenvatting": "y", "soort": "gedicht",
                        "pagina": "zeven", "adres": "javascript:alert(1)", "taal": "xx"}])
    answer = send(editor, file.encode())
    assert answer.status_code == 200
    assert len(page(answer).css("p.fault")) == 5
    assert not page(answer).css("input[name^=row-][checked]")


@pytest.mark.parametrize("file", [
    b"", b"titel;naam\na;b", "titel;samenvatting\nEén;x".encode("cp1252"), b"\x89PNG\r\n\x1a\n\0",
    b'{"a": 1}', b"x" * (2 * 1024 * 1024 + 1),
])
def test_a_file_that_cannot_be_read_is_refused_at_its_field(editor: Worker, file: bytes) -> None:
    answer = send(editor, file)
    assert answer.status_code == 400
    assert set(faults(answer)) == {"file"}


@pytest.mark.parametrize("rows", ["", "x", "[]", "[1]", "{", "[" * 50_000])
def test_rows_that_were_tampered_with_lead_back(editor: Worker, rows: str) -> None:
    answer = editor.post(f"{PATH}/overnemen", rows=rows, **{"row-0": "on"})
    assert answer.status_code == 303


def test_markup_in_a_file_is_shown_as_text(editor: Worker) -> None:
    answer = send(editor, b"titel;samenvatting\n<script>alert(1)</script>;<img src=x>")
    assert not page(answer).css("main script, main section img")
