"""From the page of a theme to the form: the theme comes along, and nothing is ticked for her."""

import pytest
from flask.testing import FlaskClient
from selectolax.lexbor import LexborNode as Node
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from newsletter import clock
from newsletter.catalogue.models import FormerSlug, Theme
from tests.material import waiting
from tests.web import visitor

pytestmark = pytest.mark.usefixtures("now")


def _said(answer: TestResponse) -> list[Node]:
    """The notes on top of the form that speak of a theme."""
    return visitor.page(answer).css("main form .opening .notice.info")


def test_the_theme_of_the_page_is_named_on_top_and_its_box_is_one_link_away(
    client: FlaskClient,
) -> None:
    (link,) = [each for each in visitor.links(client.get("/themas/data"))
               if each.startswith("/aanmelden?")]
    answer = client.get(link)
    (said,) = _said(answer)
    assert "Je wilt Data volgen" in said.text()
    assert "Kies het hieronder bij Thema’s." in said.text()
    box = visitor.page(answer).css_first(str(said.css_first("a").attributes["href"]))
    assert (box.attributes["name"], box.attributes["value"]) == ("themes", "data")
    # Nothing is chosen beforehand.
    assert visitor.page(answer).css("main input[checked]") == []


def test_an_english_page_carries_the_theme_along_in_english(client: FlaskClient) -> None:
    (link,) = [each for each in visitor.links(client.get("/themas/data?taal=en"))
               if each.startswith("/aanmelden?") and "thema=" in each]
    answer = client.get(link)
    assert "You want to follow Data" in _said(answer)[0].text()
    assert "Je wilt Data volgen" in _said(client.get(_other_language(answer)))[0].text()


def _other_language(answer: TestResponse) -> str:
    return str(visitor.page(answer).css_first("a[hreflang]").attributes["href"])


def test_the_theme_stays_across_an_error_until_it_is_ticked(client: FlaskClient) -> None:
    form = visitor.form_of(client.get("/aanmelden?thema=data"), action="/aanmelden")
    wrong = visitor.post(client, form, address="anne")
    assert wrong.status_code == 400
    assert len(_said(wrong)) == 1
    again = visitor.form_of(wrong, action="/aanmelden")
    ticked = visitor.post(client, again, address="anne", themes=["data"])
    assert ticked.status_code == 400
    assert _said(ticked) == []
    last = visitor.form_of(ticked, action="/aanmelden")
    assert last.fields["themes"] == ["data"]
    good = visitor.post(client, last, address="anne@gemeente.example", cadence="weekly")
    assert (good.status_code, good.location) == (303, "/aanmelden/gelukt")


def test_the_ledger_names_the_form_and_not_the_theme(client: FlaskClient) -> None:
    form = visitor.form_of(client.get("/aanmelden?thema=data"), action="/aanmelden")
    visitor.post(client, form, address="anne@gemeente.example")
    (asked,) = waiting()
    assert (asked.source_page, asked.wish["choices"]["themes"]) == ("/aanmelden", [])


@pytest.mark.parametrize(
    "slug", ["", "nee", "//x.example", "https://x.example", "<script>", "data'", "x" * 4000]
)
def test_what_is_no_theme_is_left_out_of_the_page(client: FlaskClient, slug: str) -> None:
    answer = client.get("/aanmelden", query_string={"thema": slug})
    assert answer.status_code == 200
    assert _said(answer) == []
    assert visitor.form_of(answer, action="/aanmelden").action == "/aanmelden"
    assert answer.headers["Cache-Control"] == client.get("/aanmelden").headers["Cache-Control"]


def test_an_old_name_leads_to_the_theme_of_now_and_a_retired_one_to_none(
    client: FlaskClient, session: Session
) -> None:
    data = session.scalars(select(Theme).where(Theme.slug == "data")).one()
    session.add(FormerSlug(slug="gegevens", theme_id=data.id))
    session.commit()
    shown = client.get("/aanmelden?thema=gegevens")
    assert "Je wilt Data volgen" in _said(shown)[0].text()
    assert visitor.form_of(shown, action="/aanmelden").action == "/aanmelden?thema=data"
    data.retired_at = clock.now()
    session.commit()
    assert _said(client.get("/aanmelden?thema=data")) == []


def test_a_page_of_a_partner_keeps_the_theme_too(client: FlaskClient) -> None:
    answer = client.get("/p/vdp?thema=data")
    assert len(_said(answer)) == 1
    assert visitor.form_of(answer, action="/p/vdp").action == "/p/vdp?thema=data"
