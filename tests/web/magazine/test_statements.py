"""The statements: their facts are those of settings, row and code."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from newsletter.accounts.begin_session import ABSOLUTE
from newsletter.accounts.session_queries import IDLE
from newsletter.assessed import ASSESSED_ON, is_assessment_due
from newsletter.catalogue.queries import magazine
from newsletter.config import Settings, load
from newsletter.core import ROOT
from newsletter.errors import BadSettings
from tests.web import visitor

STATEMENTS = ("/privacy", "/cookies", "/toegankelijkheid", "/beveiliging", "/colofon")
BARE = {"DATABASE_URL": "postgresql://a@b/c", "REDIS_URL": "redis://b", "SECRET_KEY": "x" * 40,
        "STATE": "/nonexistent"}
LANGUAGES = pytest.mark.parametrize("language", ["nl", "en"])


def _words(client: FlaskClient, address: str, language: str) -> str:
    shown = visitor.page(client.get(address, query_string={"taal": language}))
    return " ".join(shown.css_first("main").text().split())


@LANGUAGES
@pytest.mark.parametrize("address", STATEMENTS)
def test_a_statement_is_whole_and_linked_from_every_page(
    client: FlaskClient, address: str, language: str
) -> None:
    answer = client.get(address, query_string={"taal": language})
    assert answer.status_code == 200
    shown = visitor.page(answer)
    assert len(shown.css("h1")) == 1
    assert len(shown.css("main section[aria-labelledby] h2")) >= 3
    assert "{" not in shown.css_first("main").text()
    home = visitor.links(client.get("/", query_string={"taal": language}))
    assert address in {link.partition("?")[0] for link in home}


def test_both_languages_of_a_statement_have_the_same_build() -> None:
    folder = ROOT / "templates/pages/magazine/texts"
    for dutch in folder.glob("*_nl.html"):
        english = Path(str(dutch).replace("_nl.html", "_en.html")).read_text(encoding="utf-8")
        ours = dutch.read_text(encoding="utf-8")
        for piece in ("<section", "<li>", "<p", "<dt>", "<tr", "<a href", "mailto:"):
            assert ours.count(piece) == english.count(piece), f"{dutch.name}: {piece}"


@LANGUAGES
def test_a_statement_follows_the_row_of_the_magazine(
    client: FlaskClient, session: Session, language: str
) -> None:
    row = magazine()
    row.association, row.issn = "Vereniging <Anders>", "1234-5678"
    row.editors_mail, row.postal_address = "ons@anders.example", "Postbus 1, 1000 AA Elders"
    session.flush()
    for address in ("/privacy", "/toegankelijkheid", "/colofon"):
        said = _words(client, address, language)
        for fact in ("Vereniging <Anders>", "ons@anders.example", "Postbus 1, 1000 AA Elders"):
            assert fact in said, address
    assert "1234-5678" in _words(client, "/colofon", language)


@LANGUAGES
def test_the_accessibility_statement_has_every_part_of_the_model(
    client: FlaskClient, language: str
) -> None:
    said = _words(client, "/toegankelijkheid", language)
    parts = {
        "nl": ("Status C", "alle pagina’s op localhost", "programma (axe)", "25 november 2026",
               "nog geen onderzoek", "vijf werkdagen", "zes weken", "Nationale ombudsman"),
        "en": ("Status C", "all pages of localhost", "program (axe)", "25 November 2026",
               "no audit", "five working days", "six weeks", "National Ombudsman"),
    }
    for part in (*parts[language], "EN 301 549", "WCAG 2.2", "info@ingovernment.nl",
                 "Besluit digitale toegankelijkheid overheid"):
        assert part in said, part


def test_the_assessment_is_due_when_it_is_a_year_old() -> None:
    days = {days: is_assessment_due(ASSESSED_ON + timedelta(days=days)) for days in (0, 364, 365)}
    assert days == {0: False, 364: False, 365: True}


@pytest.mark.parametrize(
    ("site", "names"),
    [("http://127.0.0.1:8000", ("keuzes", "bekend-…", "desk")),
     ("https://nieuws.example", ("__Host-keuzes", "__Secure-bekend-…", "__Host-desk"))],
)
def test_the_cookie_page_names_the_cookies_as_they_are_set(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, site: str,
    names: tuple[str, str, str],
) -> None:
    monkeypatch.setitem(app.config, "SETTINGS", load({**BARE, "PUBLIC_URL": site}))
    monkeypatch.setitem(app.config, "SESSION_COOKIE_NAME", names[-1])
    for language in ("nl", "en"):
        shown = visitor.page(client.get("/cookies", query_string={"taal": language}))
        assert tuple(code.text() for code in shown.css("tbody code")) == names


def test_the_time_that_the_desk_keeps_a_login_is_that_of_the_cookie_page(
    client: FlaskClient,
) -> None:
    assert (IDLE.total_seconds(), ABSOLUTE.total_seconds()) == (30 * 60, 12 * 3600)
    assert "Een half uur zonder pagina, twaalf uur" in _words(client, "/cookies", "nl")


def test_requests_are_counted_as_long_as_the_privacy_page_says(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "een uur lang hoeveel aanvragen" in _words(client, "/privacy", "nl")
    day = load({**BARE, "SIGNUP_PER_HOUR": "60 per day"})
    monkeypatch.setitem(app.config, "SETTINGS", day)
    assert "24 uur lang hoeveel aanvragen" in _words(client, "/privacy", "nl")
    assert "for 24 hours, how many requests" in _words(client, "/privacy", "en")


@pytest.mark.parametrize(
    ("typed", "shown"),
    [("mailto:veilig@x.example", "veilig@x.example"),
     ("https://x.example/melden", "https://x.example/melden"),
     ("", "redactie@ingovernment.example")],
)
def test_weaknesses_are_reported_where_the_setting_says(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, typed: str, shown: str
) -> None:
    settings: Settings = load({**BARE, "SECURITY_CONTACT": typed})
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    assert shown in _words(client, "/beveiliging", "nl")
    contact = client.get("/.well-known/security.txt").get_data(as_text=True).splitlines()[0]
    assert contact == f"Contact: {settings.security_contact_uri}"


@pytest.mark.parametrize(
    "typed", ["a@x.example", "http://x.example", "mailto:a b@x.example", "https://x\nExpires: 1"]
)
def test_a_contact_that_the_standard_does_not_take_is_refused(typed: str) -> None:
    with pytest.raises(BadSettings, match="SECURITY_CONTACT"):
        load({**BARE, "SECURITY_CONTACT": typed})


@pytest.mark.parametrize("typed", ["Hoster", "Hoster:", ": servers", "A: b; C"])
def test_a_processor_without_a_name_or_a_task_is_refused(typed: str) -> None:
    with pytest.raises(BadSettings, match="PROCESSORS"):
        load({**BARE, "PROCESSORS": typed})


