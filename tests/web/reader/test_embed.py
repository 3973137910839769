"""The form on other sites: the code, and the page at which their visitors arrive."""

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from newsletter.extensions import Model, db
from newsletter.partners.models import Partner
from newsletter.subscribers.models import Consent
from tests.material import NOW, take, waiting
from tests.web import visitor

pytestmark = pytest.mark.usefixtures("now")

ADDRESS = "anne@gemeente.example"
ARRIVE = "/insluiten/aanmelden"
ELSEWHERE = {
    "Origin": "https://intranet.example", "Sec-Fetch-Site": "cross-site",
    "Referer": "https://intranet.example/nieuws",
}
PAGES = pytest.mark.parametrize("page", ["/insluiten", "/p/vdp/insluiten"])


def _code(answer: TestResponse, language: str = "nl") -> HTMLParser:
    """What a webmaster pastes, alone in a page of his own."""
    code = visitor.page(answer).css_first(f"#code-{language}").text()
    return HTMLParser(f"<!DOCTYPE html><html lang=nl><title>x</title><body>{code}</body></html>")


def _arrive(client: FlaskClient, **values: str) -> TestResponse:
    return client.post(ARRIVE, data={"address": ADDRESS, **values}, headers=ELSEWHERE)


@PAGES
@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_code_is_a_plain_form_with_a_label_and_one_sentence(
    client: FlaskClient, page: str, language: str
) -> None:
    pasted = _code(client.get(page), language)
    (form,) = pasted.css("form")
    query = "?taal=en" if language == "en" else ""
    assert form.attributes["action"] == f"http://localhost{ARRIVE}{query}"
    assert form.attributes["method"] == "post"
    assert form.attributes["lang"] == language
    (field,) = pasted.css("input[type=email]")
    assert field.attributes["name"] == "address"
    (label,) = pasted.css("label")
    assert label.attributes["for"] == field.attributes["id"]
    assert pasted.css_first(f"#{field.attributes['aria-describedby']}").text().count(".") == 1
    assert [button.attributes["type"] for button in pasted.css("button")] == ["submit"]
    assert pasted.css("script, style, link, img, iframe, [style], [onsubmit], [src]") == []
    hidden = [each.attributes["value"] for each in pasted.css("input[type=hidden]")]
    assert hidden == (["vdp"] if "vdp" in page else [])


def test_the_code_follows_the_public_address(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = replace(app.config["SETTINGS"], public_url="https://ingovernment.example")
    monkeypatch.setitem(app.config, "SETTINGS", elsewhere)
    answer = client.get("/insluiten")
    form = _code(answer).css_first("form")
    assert form.attributes["action"] == f"https://ingovernment.example{ARRIVE}"
    # The preview stays on the page's own site, which its content policy asks for.
    assert visitor.form_of(answer, action=ARRIVE).action == ARRIVE


@PAGES
@pytest.mark.parametrize("query", ["", "?taal=en"])
def test_no_id_stands_twice_not_even_with_both_languages_on_one_page(
    client: FlaskClient, page: str, query: str
) -> None:
    answer = client.get(page + query)
    codes = "".join(area.text() for area in visitor.page(answer).css("textarea"))
    for shown in (visitor.page(answer), HTMLParser(codes)):
        ids = [node.attributes["id"] for node in shown.css("[id]")]
        assert len(ids) == len(set(ids))


def test_the_preview_is_the_code_itself(client: FlaskClient) -> None:
    answer = client.get("/insluiten")
    section = visitor.page(answer).css_first("section[aria-labelledby=preview]")
    shown = section.css_first("form").html
    assert shown == str(_code(answer).css_first("form").html).replace("http://localhost", "")


def test_who_arrives_finds_her_address_on_our_form_and_nothing_is_kept(
    client: FlaskClient, session: Session
) -> None:
    before = _counts()
    answer = _arrive(client)
    assert answer.status_code == 200
    assert _counts() == before
    shown = visitor.page(answer)
    assert shown.css_first("#address").attributes["value"] == ADDRESS
    assert "autofocus" in shown.css_first("h1").attributes
    assert shown.css("input[checked], [role=alert]") == []
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("sent", "action", "source"),
    [
        ({}, "/aanmelden", "/insluiten"),
        ({"partner": "vdp"}, "/p/vdp", "/p/vdp/insluiten"),
        ({"partner": "gestopt"}, "/aanmelden", "/insluiten"),
        ({"partner": "a\x00b"}, "/aanmelden", "/insluiten"),
        ({"partner": "x" * 100_000}, "/aanmelden", "/insluiten"),
    ],
)
def test_the_ledger_names_the_code_as_the_source_also_after_a_fault(
    client: FlaskClient, session: Session, sent: dict[str, str], action: str, source: str
) -> None:
    session.add(
        Partner(slug="gestopt", name="Gestopt", site="https://gestopt.example", sentence_nl="Was.",
                sentence_en="Was.", retired_at=NOW)
    )
    form = visitor.form_of(_arrive(client, **sent), action=action)
    refused = visitor.post(client, form, themes=["data"])
    assert (refused.status_code, set(visitor.faults(refused))) == (400, {"cadence"})
    again = visitor.form_of(refused, action=action)
    assert visitor.post(client, again, cadence="weekly").status_code == 303
    assert take() == 1
    named = session.scalars(select(Consent.source_page).order_by(Consent.id.desc())).first()
    assert named == source


@pytest.mark.parametrize("typed", ["", "anne", "a\x00@b.example", "<svg onload=x>", "x" * 9000])
def test_a_bad_address_is_a_fault_at_the_field_of_our_form(
    client: FlaskClient, typed: str
) -> None:
    answer = _arrive(client, address=typed)
    assert answer.status_code == 400
    assert set(visitor.faults(answer)) == {"address"}
    shown = visitor.page(answer)
    assert "autofocus" in shown.css_first("[role=alert]").attributes
    assert "autofocus" not in shown.css_first("h1").attributes
    assert "<svg onload" not in answer.get_data(as_text=True)


def test_who_comes_without_any_form_gets_ours_empty(client: FlaskClient) -> None:
    assert client.get(ARRIVE).location == "/aanmelden"
    assert client.post(ARRIVE, headers=ELSEWHERE).status_code == 400
    assert client.get(f"{ARRIVE}?taal=en").location == "/aanmelden?taal=en"


@pytest.mark.parametrize("page", ["/aanmelden", "/p/vdp", "/mijn-link"])
def test_no_other_form_is_taken_from_another_site(client: FlaskClient, page: str) -> None:
    form = visitor.form_of(client.get(page), action=page)
    answer = client.post(form.action, data=form.filled(address=ADDRESS), headers=ELSEWHERE)
    assert answer.status_code == 403
    assert waiting() == []


def test_who_arrives_in_english_reads_english(client: FlaskClient) -> None:
    answer = client.post(f"{ARRIVE}?taal=en", data={"address": ADDRESS}, headers=ELSEWHERE)
    assert visitor.page(answer).css_first("html").attributes["lang"] == "en"
    assert visitor.form_of(answer, action="/aanmelden").action == "/aanmelden?taal=en"


def test_every_page_leads_webmasters_to_the_code_and_it_to_each_partner(
    client: FlaskClient,
) -> None:
    assert "/insluiten" in visitor.links(client.get("/"))
    assert "/p/vdp/insluiten" in visitor.links(client.get("/insluiten"))


def _counts() -> dict[str, int | None]:
    return {
        table.name: db.session.scalar(select(func.count()).select_from(table))
        for table in Model.metadata.sorted_tables
    }
