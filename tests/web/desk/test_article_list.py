"""The list of the article store at the desk."""

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from newsletter.articles.find_articles import PAGE_SIZE
from newsletter.partners.models import Partner
from tests.material import NOW, article, edition
from tests.web.desk.conftest import Worker

LIST = "/redactie/artikelen"


def titles(answer: TestResponse) -> list[str]:
    """The titles in the list, in its order."""
    assert answer.status_code == 200
    shown = LexborHTMLParser(answer.get_data(as_text=True))
    return [link.text() for link in shown.css("tbody th a")]


def test_an_article_is_found_by_edition_and_partner(
    contributor: Worker, session: Session
) -> None:
    one, other = article("data"), article("data")
    made = edition([one])
    partner = Partner(slug="proef", name="Proef", site="https://proef.example",
                      sentence_nl=".", sentence_en=".")
    session.add(partner)
    session.flush()
    other.partner_id = partner.id
    session.flush()
    assert titles(contributor.get(f"{LIST}?editie={made.key}")) == [one.title]
    assert titles(contributor.get(f"{LIST}?partner=proef")) == [other.title]
    assert titles(contributor.get(f"{LIST}?partner=proef&editie={made.key}")) == []


def test_what_waits_for_its_moment_is_listed_apart(contributor: Worker) -> None:
    draft, coming = article("data", released_at=None), article("data")
    coming.released_at = NOW.replace(year=2027)
    assert draft.title in titles(contributor.get(f"{LIST}?stand=concept"))
    assert titles(contributor.get(f"{LIST}?stand=komt")) == [coming.title]
    assert draft.title not in titles(contributor.get(f"{LIST}?stand=vrij"))


def test_pages_lead_to_each_other_and_keep_what_was_asked(
    contributor: Worker, session: Session
) -> None:
    for _ in range(PAGE_SIZE + 3):
        article("data").title = "Eenhoorn"
    session.flush()
    first = contributor.get(f"{LIST}?zoek=eenhoorn&thema=data")
    assert len(titles(first)) == PAGE_SIZE
    (onward,) = LexborHTMLParser(first.get_data(as_text=True)).css("a[rel=next]")
    last = contributor.get(str(onward.attributes["href"]))
    assert len(titles(last)) == 3
    (back,) = LexborHTMLParser(last.get_data(as_text=True)).css("a[rel=prev]")
    assert len(titles(contributor.get(str(back.attributes["href"])))) == PAGE_SIZE


def test_a_title_that_looks_like_the_word_is_offered(contributor: Worker) -> None:
    article("data").title = "Twaalf eenhoorns"
    shown = contributor.get(f"{LIST}?zoek=eenhorns").get_data(as_text=True)
    assert "De titel lijkt op wat je zocht" in shown
    assert "Twaalf eenhoorns" in shown


@pytest.mark.parametrize(
    "query", ["na=x", "na=-1", "voor=²", f"na={2**70}", "orde=x&stand=y&editie=99-9&partner=z",
              "zoek=%27%3B--", "zoek=" + "x" * 5000, "thema=data&thema=x"])
def test_what_cannot_be_asked_is_left_out(contributor: Worker, query: str) -> None:
    assert contributor.get(f"{LIST}?{query}").status_code == 200
