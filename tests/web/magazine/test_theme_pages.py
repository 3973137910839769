"""A theme's page: every article of the theme, and so all that a digest only counts."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from newsletter.articles.models import Article
from newsletter.core import settings
from newsletter.digests.models import DigestSlot
from newsletter.emails import show
from newsletter.emails.urls import Urls
from newsletter.extensions import db
from newsletter.mailings.models import Variant
from newsletter.mailings.queries import block_bodies
from newsletter.sending.carry_out import carry_out_slot
from newsletter.subscribers.models import MailFormat
from tests.material import NOW, article, reader, slot
from tests.web import visitor

pytestmark = pytest.mark.usefixtures("now")

PUBLIC = "https://www.ingovernment.example"
HOUR = timedelta(hours=1)


def pieces(*slugs: str, count: int) -> set[int]:
    """So many articles in these themes, an hour apart; their ids."""
    return {article(*slugs, released_at=NOW - (place + 1) * HOUR).id for place in range(count)}


def walked(client: FlaskClient, address: str) -> list[list[str]]:
    """The slugs of the articles on each page of a theme, from the first to the last."""
    found: list[list[str]] = []
    while address:
        shown = visitor.page(client.get(address))
        found.append([str(link.attributes["href"]).rpartition("/")[2].partition("?")[0]
                      for link in shown.css(".entries h3 a")])
        older = shown.css_first("a[rel=next]")
        address = str(older.attributes["href"]) if older else ""
    return found


@pytest.fixture
def _nothing_else(session: Session) -> None:
    """The seeds' own slots and articles out of the way."""
    session.execute(delete(DigestSlot))
    session.execute(update(Article).values(released_at=None))
    session.flush()


@pytest.mark.usefixtures("_nothing_else")
@pytest.mark.parametrize("format", MailFormat)
@pytest.mark.parametrize("count", [1, 12, 13, 36, 37, 130])
def test_every_article_that_a_digest_covers_is_in_it_or_on_a_page_that_it_leads_to(
    client: FlaskClient, count: int, format: MailFormat
) -> None:
    who = reader("data", "leiderschap")
    who.format = format
    due = pieces("data", count=count - count // 3)
    due |= pieces("leiderschap", count=count // 3)
    made = slot()
    carry_out_slot(made.id, settings=settings(), now=NOW)
    variant = db.session.scalars(select(Variant)).one()
    assert set(variant.article_ids) == due
    slugs = set(db.session.scalars(select(Article.slug).where(Article.id.in_(due))))
    parts = [(show.as_text, variant.text_blocks), (show.as_html, variant.html_blocks)]
    for write, blocks in parts[:2 if format is MailFormat.MAIL else 1]:
        body = write(block_bodies(variant.manifest_id, blocks), values={
            "subject": variant.subject, "preheader": variant.preheader, "why": variant.why,
        }, urls=Urls(PUBLIC))
        reached = set(re.findall(r"/artikelen/([a-z0-9-]+)", body))
        assert len(reached) == min(count, 36)
        for theme in set(re.findall(r"/themas/[a-z-]+", body)):
            reached.update(slug for page in walked(client, theme) for slug in page)
        assert slugs <= reached


@pytest.mark.usefixtures("_nothing_else")
def test_a_theme_of_many_articles_has_pages_and_each_article_stands_on_one(
    client: FlaskClient,
) -> None:
    due = pieces("data", count=101)
    found = walked(client, "/themas/data")
    assert [len(page) for page in found] == [50, 50, 1]
    newest_first = db.session.scalars(
        select(Article.slug).where(Article.id.in_(due)).order_by(Article.released_at.desc())).all()
    assert [slug for page in found for slug in page] == list(newest_first)


@pytest.mark.usefixtures("_nothing_else")
@pytest.mark.parametrize(("asked", "on"), [
    ("0", 1), ("1", 1), ("2", 2), ("9" * 18, 2), ("9" * 400, 1), ("-1", 1), ("twee", 1), ("²", 1),
])
def test_a_page_number_that_is_not_there_leads_to_the_nearest(
    client: FlaskClient, asked: str, on: int
) -> None:
    pieces("data", count=51)
    answer = client.get("/themas/data", query_string={"pagina": asked, "taal": "en"})
    assert answer.status_code == 200
    shown = visitor.page(answer)
    assert f"({on}/2)" in shown.css_first("title").text()
    turn = shown.css_first(".pages a")
    assert turn.text() == ("Older articles" if on == 1 else "Newer articles")
    assert "taal=en" in str(turn.attributes["href"])
