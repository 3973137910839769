"""The article store at the desk."""

from datetime import timedelta

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from newsletter.accounts.audit_queries import entries_of
from newsletter.articles.models import Article
from newsletter.articles.queries import find_by_slug
from tests.material import NOW, article, edition
from tests.web.desk.conftest import Worker
from tests.web.visitor import faults, heading

NEW = "/redactie/artikelen/nieuw"
GOOD: dict[str, str | list[str]] = {
    "title": "Een loket dat meedenkt",
    "kind": "interview",
    "authors": "Noor de Wit\r\nJan Jansen",
    "summary": "Waarom een balie soms meer doet dan een formulier.",
    "theme_ids": ["data", "leiderschap"],
    "language": "nl",
    "page": "7",
}


def value_of(answer: TestResponse, selector: str) -> str:
    field = LexborHTMLParser(answer.get_data(as_text=True)).css_first(selector)
    return str(field.attributes.get("value") or field.text())


def test_an_added_article_is_kept_and_recorded(contributor: Worker) -> None:
    assert contributor.post(NEW, **GOOD).status_code == 303
    made = find_by_slug("een-loket-dat-meedenkt")
    assert made is not None
    assert made.authors == ["Noor de Wit", "Jan Jansen"]
    assert made.released_at is None
    ((entry, person),) = entries_of(f"article:{made.id}")
    assert (entry.act, person) == ("add_article", "Iemand contributor")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"title": "bel\x07"}, "title"),
        ({"summary": ""}, "summary"),
        ({"summary": "x" * 5000}, "summary"),
        ({"body_md": "x" * 100_001}, "body_md"),
        ({"page": "zeven"}, "page"),
        ({"page": "٧"}, "page"),
        ({"page": "0"}, "page"),
        ({"kind": "gedicht"}, "kind"),
        ({"language": "xx"}, "language"),
        ({"theme_ids": []}, "theme_ids"),
        ({"theme_ids": ["data", "leiderschap", "innovatie", "smart-city"]}, "theme_ids"),
        ({"theme_ids": ["bestaat-niet"]}, "theme_ids"),
        ({"authors": "x" * 101}, "authors"),
    ],
)
def test_bad_input_is_refused_at_its_field_and_the_rest_is_kept(
    contributor: Worker, session: Session, change: dict[str, str | list[str]], field: str
) -> None:
    before = session.scalar(select(func.count(Article.id)))
    answer = contributor.post(NEW, **{**GOOD, **change})
    assert answer.status_code == 400
    assert set(faults(answer)) == {field}
    assert "<title>Fout: " in answer.get_data(as_text=True)
    if field != "authors":
        assert "Jan Jansen" in value_of(answer, "#authors")
    assert session.scalar(select(func.count(Article.id))) == before


def test_every_fault_is_shown_at_once(contributor: Worker) -> None:
    answer = contributor.post(NEW, **{**GOOD, "title": "", "summary": "", "page": "zeven"})
    assert set(faults(answer)) == {"title", "summary", "page"}


def test_far_too_much_text_is_refused_and_not_a_crash(contributor: Worker) -> None:
    assert contributor.post(NEW, **{**GOOD, "body_md": "x" * 1_200_000}).status_code == 413


def test_an_article_is_found_by_word_theme_and_kind(contributor: Worker) -> None:
    assert "Rotterdam bouwt" in contributor.get(
        "/redactie/artikelen?zoek=rotterdam&soort=artikel"
    ).get_data(as_text=True)
    nothing = contributor.get("/redactie/artikelen?zoek=%25&thema=nergens&soort=x&blad=-1")
    assert nothing.status_code == 200


@pytest.mark.parametrize("path", ["/redactie/artikelen/999999999", f"/redactie/artikelen/{2**70}"])
def test_an_article_that_is_not_there_is_a_friendly_page(contributor: Worker, path: str) -> None:
    answer = contributor.get(path)
    assert answer.status_code == 404
    assert heading(answer)


def test_an_editor_releases_an_article_now(editor: Worker) -> None:
    made = article("data", released_at=None)
    path = f"/redactie/artikelen/{made.id}/vrijgeven"
    assert editor.post(path, when="now").status_code == 303
    assert made.released_at == NOW


def test_an_editor_releases_an_article_at_a_moment_and_holds_it_back(editor: Worker) -> None:
    made = article("data", released_at=None)
    path = f"/redactie/artikelen/{made.id}"
    answer = editor.post(f"{path}/vrijgeven", when="later", day="12 november 2026", at="9")
    assert answer.status_code == 303
    assert made.released_at == NOW + timedelta(days=2, hours=1)
    assert editor.post(f"{path}/inhouden").status_code == 303
    assert made.released_at is None


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"when": ""}, "when"),
        ({"when": "later", "day": "", "at": "10.00"}, "day"),
        ({"when": "later", "day": "31-2-2027", "at": "10.00"}, "day"),
        ({"when": "later", "day": "morgen", "at": "10.00"}, "day"),
        ({"when": "later", "day": "9-11-2026", "at": "10.00"}, "day"),
        ({"when": "later", "day": "12-11-2026", "at": "25.00"}, "at"),
        ({"when": "later", "day": "28-3-2027", "at": "2.30"}, "at"),
        ({"when": "later", "day": "12-11-2026\x00", "at": "10.00"}, "day"),
    ],
)
def test_a_moment_that_cannot_be_is_refused_at_its_field(
    editor: Worker, typed: dict[str, str], field: str
) -> None:
    made = article("data", released_at=None)
    answer = editor.post(f"/redactie/artikelen/{made.id}/vrijgeven", **typed)
    assert answer.status_code == 400
    assert set(faults(answer)) == {field}
    assert made.released_at is None


def test_an_article_of_a_scheduled_edition_is_not_put_off_beyond_it(editor: Worker) -> None:
    made = article("data", released_at=NOW + timedelta(hours=1))
    edition([made], send_at=NOW + timedelta(hours=2))
    path = f"/redactie/artikelen/{made.id}"
    later = editor.post(f"{path}/vrijgeven", when="later", day="12-11-2026", at="10.00")
    assert later.status_code == 400
    editor.post(f"{path}/inhouden")
    assert made.released_at == NOW + timedelta(hours=1)


def test_a_contributor_writes_and_does_not_release(contributor: Worker) -> None:
    made = article("data", released_at=None)
    assert "Een redacteur geeft het stuk vrij" in contributor.get(
        f"/redactie/artikelen/{made.id}"
    ).get_data(as_text=True)
    answer = contributor.post(f"/redactie/artikelen/{made.id}/vrijgeven", when="now")
    assert answer.status_code == 403


def test_a_release_that_is_refused_is_told_above_the_page_too(editor: Worker) -> None:
    made = article("data", released_at=None)
    answer = editor.post(f"/redactie/artikelen/{made.id}/vrijgeven", when="later", day="gisteren",
                         at="10.00")
    assert answer.status_code == 400
    shown = LexborHTMLParser(answer.get_data(as_text=True))
    assert shown.css('[role=alert] a[href="#day"]')
    assert "day" in faults(answer)


@pytest.mark.parametrize("path", [NEW, "/redactie/edities/20-8"])
def test_a_page_on_which_one_writes_asks_before_it_is_left(editor: Worker, path: str) -> None:
    shown = LexborHTMLParser(editor.get(path).get_data(as_text=True))
    assert len(shown.css("form[data-keep]")) == 1
    assert any("keep" in str(each.attributes["src"]) for each in shown.css("script[type=module]"))
