"""The magazine's pages: what they show, in both languages, and what they keep back."""

from collections import deque

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.editions.models import Edition, EditionStatus
from tests.material import NOW, article, edition, planned
from tests.web import visitor

pytestmark = pytest.mark.usefixtures("now")

PAGES = (
    "/", "/edities/", "/edities/14-2", "/edities/12-2", "/artikelen/sprongetje", "/themas/",
    "/themas/data", "/privacy", "/cookies", "/beveiliging", "/colofon", "/toegankelijkheid",
    "/aanmelden",
    "/aanmelden/gelukt", "/mijn-link", "/mijn-link/verstuurd",
)


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("address", PAGES)
def test_every_page_is_whole_has_one_heading_and_sets_no_cookie(
    client: FlaskClient, address: str, language: str
) -> None:
    answer = client.get(address, query_string={"taal": "en"} if language == "en" else {})
    assert answer.status_code == 200
    shown = visitor.page(answer)
    assert shown.css_first("html").attributes["lang"] == language
    assert visitor.heading(answer)
    assert "Set-Cookie" not in answer.headers
    assert shown.css("[style], style, script:not([src^='/static/'])") == []
    ids = [str(node.attributes["id"]) for node in shown.css("[id]")]
    assert len(ids) == len(set(ids))


def test_every_link_of_the_public_pages_leads_somewhere_and_keeps_the_language(
    client: FlaskClient,
) -> None:
    waiting, seen = deque(["/", "/?taal=en"]), {"/", "/?taal=en"}
    while waiting:
        address = waiting.popleft()
        answer = client.get(address)
        assert answer.status_code == 200, address
        if address.startswith("/static/"):
            continue
        english = visitor.page(answer).css_first("html").attributes["lang"] == "en"
        assert english == ("taal=en" in address), address
        for link in visitor.links(answer):
            if link not in seen:
                seen.add(link)
                waiting.append(link)
    assert len(seen) > 70


def test_what_is_not_there_gets_a_friendly_page(client: FlaskClient) -> None:
    for address in ("/edities/99-1", "/edities/x", "/edities/14-2/mail", "/artikelen/nee",
                    "/themas/nee", "/nee"):
        answer = client.get(address)
        assert (answer.status_code, visitor.heading(answer)) == (404, "Deze pagina is er niet")


def test_an_edition_that_has_not_appeared_and_an_article_to_come_stay_hidden(
    client: FlaskClient, session: Session
) -> None:
    made = planned([article("data", released_at=None)])
    assert client.get(f"/edities/{made.key}").status_code == 404
    assert client.get(f"/artikelen/{made.items[0].article.slug}").status_code == 404


def test_hostile_words_of_editors_are_shown_and_never_carried_out(
    client: FlaskClient, session: Session
) -> None:
    piece = article("data")
    piece.title = "<script>alert('t')</script>"
    piece.body_md = "<img src=x onerror=alert(1)>\n\n[klik](javascript:alert(2)) **vet**"
    made = edition([piece])
    made.status, made.published_at = EditionStatus.PUBLISHED, NOW
    made.title, made.editorial_md = "{{ 7*7 }}", "<script>alert('e')</script>\n\n# Kop"
    session.flush()
    for address in (f"/edities/{made.key}", f"/artikelen/{piece.slug}", "/"):
        shown = visitor.page(client.get(address))
        assert shown.css("script:not([src^='/static/'])") == []
        assert shown.css("[onerror], a[href^=javascript]") == []
        assert "49" not in shown.css_first("title").text()


def test_the_home_page_shows_the_latest_edition_first(client: FlaskClient) -> None:
    shown = visitor.page(client.get("/"))
    covers = [cover.text() for cover in shown.css("svg.cover title")]
    assert covers[0].startswith("Omslag van inGovernment, jaargang 14, nummer 2, maart 2020.")
    assert covers[1].startswith("Omslag van inGovernment, jaargang 12, nummer 2, juni 2018.")
    assert "/edities/14-2" in visitor.links(client.get("/"))


def test_a_page_before_the_first_edition_says_what_will_be_there(
    client: FlaskClient, session: Session
) -> None:
    for each in session.scalars(select(Edition)):
        session.delete(each)
    session.flush()
    for address in ("/", "/edities/", "/aanmelden/gelukt"):
        assert client.get(address).status_code == 200
    assert "nog in de maak" in client.get("/").get_data(as_text=True)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_privacy_page_names_the_body_that_the_mails_name_and_what_happens_after_stopping(
    client: FlaskClient, language: str
) -> None:
    shown = visitor.page(client.get("/privacy", query_string={"taal": language})).body.text()
    assert "Vereniging Directeuren Publieksdiensten" in shown
    assert ("Stop je, dan" if language == "nl" else "If you stop,") in shown
