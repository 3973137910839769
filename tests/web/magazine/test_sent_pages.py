"""The page of an edition shows what was sent, whatever is changed since (promise 5)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from newsletter.articles.models import Article
from newsletter.catalogue.models import Theme
from newsletter.editions.approve import approve
from newsletter.editions.ask_approval import ask_approval
from newsletter.editions.models import Edition, EditionStatus
from newsletter.extensions import db
from newsletter.sending.carry_out import carry_out_edition
from tests.corrections import corrected
from tests.material import NOW, article, compiled, edition, person, planned, reader
from tests.statements import asked
from tests.web import visitor

pytestmark = pytest.mark.usefixtures("now")
GONE = "Dit artikel staat niet meer op de site."
DAY = timedelta(days=1)
AS_NOW = "De artikelen staan hierboven zoals ze nu zijn."
AS_SENT = "Deze editie en de mail die abonnees kregen, staan hier precies zoals we ze verstuurden."

Change = Callable[[Edition], object]


@pytest.fixture
def sent(app: Flask, session: Session) -> Edition:
    """An edition in two sections that was carried out."""
    reader()
    made = planned([article("data"), article("leiderschap", "innovatie"), article("data")])
    made.items[2].section = "Tot slot"
    _approved_as(made)
    session.commit()
    return _carried_out(app, session, made)


def _approved_as(made: Edition, *, has_page: bool = True) -> Edition:
    """The edition as it stands, approved and to leave; or approved as before pages were frozen."""
    frozen = compiled(made)
    if not has_page:
        frozen = replace(frozen, page=None, hash=frozen.mail_hash)
    approve(made, ask_approval(made, frozen, asked_by=person().id, now=NOW).id, by=person(),
            now=NOW)
    made.status = EditionStatus.SCHEDULED
    return made


def _carried_out(app: Flask, session: Session, made: Edition) -> Edition:
    carry_out_edition(made.id, settings=app.config["SETTINGS"], now=NOW)
    session.refresh(made)
    assert made.status is EditionStatus.PUBLISHED
    return made


def _shown(client: FlaskClient, made: Edition, path: str = "", language: str = "nl") -> str:
    answer = client.get(f"/edities/{made.key}{path}?taal={language}")
    assert answer.status_code == 200
    return str(visitor.page(answer).css_first("main article").html)


def _words(client: FlaskClient, made: Edition, path: str = "") -> str:
    answer = client.get(f"/edities/{made.key}{path}")
    return " ".join(visitor.page(answer).css_first("main article").text().split())


def _of_article(name: str, value: object) -> Change:
    return lambda made: setattr(made.items[0].article, name, value)


def _turn(made: Edition) -> None:
    one, other = made.items[:2]
    one.position, other.position = other.position, one.position


def _of_theme(**values: str) -> Change:
    return lambda _made: db.session.execute(
        update(Theme).where(Theme.slug == "data").values(**values))


def _retheme(made: Edition) -> None:
    made.items[0].article.themes = list(made.items[1].article.themes)


CHANGES: dict[str, Change] = {
    "the title": lambda made: setattr(made, "title", "Achteraf anders"),
    "the editorial": lambda made: setattr(made, "editorial_md", "Dag *ander*."),
    "the order": _turn,
    "a section": lambda made: setattr(made.items[0], "section", "Vooraf"),
    "an article taken out": lambda made: made.items.pop(0),
    "an article's title": _of_article("title", "Een andere kop"),
    "an article's lead": _of_article("summary", "Iets anders."),
    "an article's authors": _of_article("authors", ["Iemand anders"]),
    "an article's page": _of_article("page", 12),
    "an article's themes": _retheme,
    "a theme's name": _of_theme(name_nl="Gegevens", name_en="Facts"),
    "a theme's sign": _of_theme(sign="innovatie"),
    "its moment": lambda made: setattr(made, "send_at", made.send_at + 90 * DAY),
    "the day it appeared": lambda made: setattr(made, "appeared_on", made.appeared_on + 90 * DAY),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("language", ["nl", "en"])
def test_whatever_is_changed_after_sending_the_page_stays_as_it_was(
    client: FlaskClient, session: Session, sent: Edition, change: Change, language: str
) -> None:
    before = _shown(client, sent, language=language)
    assert "Tot slot" in before
    change(sent)
    session.commit()
    session.expire_all()
    assert _shown(client, sent, language=language) == before


@pytest.mark.parametrize("path", ["/", "/edities/"])
def test_the_cover_of_a_sent_edition_stays_as_it_was_wherever_it_stands(
    client: FlaskClient, session: Session, sent: Edition, path: str
) -> None:
    def covers() -> list[str]:
        drawn = visitor.page(client.get(path)).css("svg.cover")
        return [str(each.html) for each in drawn if f"cover-{sent.key}" in str(each.html)]

    before = covers()
    assert len(before) == 1
    _retheme(sent)
    _of_theme(sign="innovatie")(sent)
    sent.title = "Achteraf anders"
    session.commit()
    session.expire_all()
    assert covers() == before
    assert "Achteraf anders" not in client.get(path).get_data(as_text=True)


def test_a_sent_edition_says_that_its_page_is_as_it_was_sent(
    client: FlaskClient, sent: Edition
) -> None:
    said = _words(client, sent)
    assert f"{AS_SENT} Er is daarna niets veranderd." in said
    assert "Open je een artikel, dan lees je het zoals het nu is." in said
    assert AS_NOW not in said
    assert GONE not in said


def test_an_article_leads_to_where_it_stands_now_under_its_title_of_then(
    client: FlaskClient, session: Session, sent: Edition
) -> None:
    moved = sent.items[0].article
    before, moved.slug, moved.title = moved.title, "verhuisd", "Een andere kop"
    session.commit()
    (link,) = [each for each in visitor.page(client.get(f"/edities/{sent.key}")).css("h3 a")
               if each.attributes["href"] == "/artikelen/verhuisd"]
    assert link.text() == before


@pytest.mark.parametrize("how", ["unreleased", "removed"])
def test_an_article_that_is_public_no_more_keeps_its_title_and_has_no_link(
    client: FlaskClient, session: Session, sent: Edition, how: str
) -> None:
    gone: Article = sent.items[0].article
    title, dead = gone.title, f"/artikelen/{gone.slug}"
    if how == "removed":
        sent.items.pop(0)
        session.flush()
        session.delete(gone)
    else:
        gone.released_at = None
    session.commit()
    session.expire_all()
    answer = client.get(f"/edities/{sent.key}")
    entry = visitor.page(answer).css("li.entry")[0]
    assert title in entry.text()
    assert GONE in entry.text()
    assert entry.css("h3 a") == []
    for path in (f"/edities/{sent.key}", "/", f"/artikelen/{sent.items[-1].article.slug}"):
        assert dead not in visitor.links(client.get(path)), path
    assert client.get(dead).status_code == 404


def test_a_correction_shows_its_own_page_and_the_first_one_stays_at_its_version(
    client: FlaskClient, session: Session, sent: Edition
) -> None:
    first = sent.items[0].article.title
    sent.items[0].article.title = "De verbeterde kop"
    session.commit()
    assert "De verbeterde kop" not in _shown(client, sent)
    corrected(sent, now=NOW)
    session.commit()
    sent.items[0].article.title = "Nog later"
    session.commit()
    now, then = _words(client, sent), _words(client, sent, "/versies/1")
    assert "Nog later" not in now
    assert "Nog later" not in then
    assert "De verbeterde kop" in now
    assert "Dag lezer, nu goed." in now
    assert "Hier staat de laatste tekst, precies zoals hij wegging." in now
    assert first not in now
    assert first in then
    assert "Dag lezer." in then
    assert "nu goed" not in then
    assert "De verbeterde kop" not in then


def test_what_was_frozen_before_pages_were_shows_its_articles_as_they_are_and_says_so(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    reader()
    made = _approved_as(planned([article("data")]), has_page=False)
    session.commit()
    _carried_out(app, session, made)
    made.items[0].article.title = "Een andere kop"
    session.commit()
    said = _words(client, made)
    assert "Een andere kop" in said
    assert AS_NOW in said
    assert AS_SENT not in said
    assert "niets veranderd" not in said
    corrected(made, now=NOW)
    session.commit()
    assert "Hier staat de laatste tekst" in _words(client, made)
    assert "De pagina van toen" not in _words(client, made, "/versies/1")


def test_an_edition_that_others_sent_says_nothing_of_what_we_sent(client: FlaskClient) -> None:
    said = " ".join(visitor.page(client.get("/edities/14-2")).body.text().split())
    assert "voordat we edities met deze dienst verstuurden" in said
    assert AS_NOW not in said
    assert AS_SENT not in said


def test_what_was_frozen_is_shown_without_reading_the_articles_of_now(
    client: FlaskClient, session: Session, sent: Edition
) -> None:
    session.execute(update(Edition).where(Edition.id != sent.id).values(
        status=EditionStatus.PLANNED, published_at=None))
    session.commit()
    session.expire_all()
    with asked(session) as statements:
        assert sent.key in client.get("/edities/").get_data(as_text=True)
    assert not [each for each in statements if "edition_items" in each or "body_md" in each]


def test_the_shelf_asks_no_more_for_more_editions(
    app: Flask, client: FlaskClient, session: Session, sent: Edition
) -> None:
    def count() -> int:
        session.expire_all()
        with asked(session) as statements:
            assert client.get("/edities/").status_code == 200
        return len(statements)

    before = count()
    for number in (1, 2, 3):
        made = edition([article("data"), article("innovatie")], number=number)
        session.commit()
        _carried_out(app, session, made)
    assert count() == before
