"""A mail filter that follows every link of every mail changes nothing (W01)."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.message import EmailMessage
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from sqlalchemy import select, text

from newsletter import clock
from newsletter.app import create_app
from newsletter.core import settings
from newsletter.deliveries.models import Delivery, MailKind
from newsletter.extensions import Model, db
from newsletter.jobs import Lane
from newsletter.sending.carry_out import carry_out_edition, carry_out_slot
from newsletter.sending.run import Post
from newsletter.transaction import transaction
from tests.faults.relay import Relay
from tests.material import article, edition, reader, slot
from tests.web import visitor

SITE = "http://localhost"
SAFE = ("GET", "HEAD", "OPTIONS")
WEB = re.compile(r"https?://[^\s<>\"]+")
NEW, ENGLISH = "anne@gemeente.example", "mary@gemeente.example"


@pytest.fixture
def relay() -> Iterator[Relay]:
    with Relay() as opened:
        yield opened


@pytest.fixture
def app(make_database: Callable[[], dict[str, str]], relay: Relay) -> Iterator[Flask]:
    """The whole web on a database of its own, whose mail goes to the recording relay."""
    application = create_app(
        {**make_database(), "SMTP_URL": relay.url, "SIGNUP_PER_HOUR": "1000 per hour"}
    )
    yield application
    with application.app_context():
        db.session.remove()
        db.engine.dispose()


def test_following_every_link_of_every_kind_of_mail_changes_nothing(
    app: Flask, relay: Relay
) -> None:
    client = app.test_client()
    mails = _every_kind_of_mail(app, client, relay)
    links = {link for mail in mails for link in links_of(mail)}
    assert {urlsplit(link).path.split("/")[1] for link in links} >= {
        "bevestigen", "voorkeuren", "afmelden", "artikelen", "edities", "privacy", "mijn-link",
    }
    before = _everything(app)
    for link in sorted(links):
        assert link.startswith(f"{SITE}/"), f"{link} leads to somebody else"
        _look_at(client, link.removeprefix(SITE), deeper=True)
        assert _everything(app) == before, f"{link} changed something"
    # The same eye sees what a button does.
    leave = next(link for link in links if "/afmelden/" in link)
    assert client.post(leave, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert _everything(app) != before


def links_of(mail: EmailMessage) -> set[str]:
    """Every address on the web that stands anywhere in a mail: parts and list headers."""
    found: set[str] = set()
    for name in ("List-Unsubscribe", "List-Help", "List-Owner"):
        found.update(address.rstrip(">") for address in WEB.findall(str(mail.get(name, ""))))
    for part in mail.walk():
        if part.get_content_type() == "text/html":
            page = HTMLParser(part.get_content())
            nodes = page.css("[href], [src], [background]")
            held = [node.attributes.get(name) for node in nodes
                    for name in ("href", "src", "background")]
            found.update(each for each in held if each and not each.startswith("mailto:"))
        elif part.get_content_type() == "text/plain":
            found.update(WEB.findall(part.get_content()))
    return found


def _look_at(client: FlaskClient, address: str, *, deeper: bool) -> None:
    """As a filter does: each safe method, what a page would do by itself, and its links too."""
    for method in SAFE:
        answer = client.open(address, method=method)
        assert answer.status_code < 400, (method, address)
    answer = client.get(address)
    if answer.mimetype != "text/html":
        return
    page = visitor.page(answer)
    assert page.css("script, meta[http-equiv=refresh], [onload], iframe") == [], address
    assert all(form.attributes["method"] == "post" for form in page.css("form")), address
    if deeper:
        for link in visitor.links(answer):
            client.get(link)


def _everything(app: Flask) -> dict[str, list[str]]:
    """Every row of every table, as text."""
    with app.app_context():
        seen = {
            table.name: sorted(db.session.scalars(text(f'select t::text from "{table.name}" t')))
            for table in Model.metadata.sorted_tables
        }
        db.session.rollback()
        return seen


def _every_kind_of_mail(app: Flask, client: FlaskClient, relay: Relay) -> list[EmailMessage]:
    """Lets the pages and the clock send one of each kind, and two readers confirm."""
    with app.app_context():
        now = clock.now()
        with transaction():
            old, other = (reader("data", at=now - timedelta(days=30)) for _ in range(2))
            known = [str(each.subscriber.address) for each in (old, other)]
            made = edition([article("data", released_at=now - timedelta(hours=2))], send_at=now)
            article("data", released_at=now - timedelta(hours=1))
            due = slot(at=now)
            ids = made.id, due.id
        carry_out_slot(ids[1], settings=settings(), now=now)
        carry_out_edition(ids[0], settings=settings(), now=now)
        db.session.remove()
    for address, query in ((NEW, ""), (ENGLISH, "?taal=en"), (known[0], "")):
        form = visitor.form_of(client.get(f"/aanmelden{query}"), action="/aanmelden")
        visitor.post(client, form, address=address, editions="y", cadence="none")
    asking = visitor.form_of(client.get("/mijn-link"), action="/mijn-link")
    visitor.post(client, asking, address=known[1])
    _send(app)
    confirmation = next(e for e in relay.journal.entries if e.rcpt_to == ENGLISH).message
    link = next(link for link in links_of(confirmation) if "/bevestigen/" in link)
    form = visitor.form_of(client.get(link), action="/bevestigen/")
    assert visitor.post(client, form).status_code == 200
    _send(app)
    with app.app_context():
        assert set(db.session.scalars(select(Delivery.kind))) == set(MailKind)
        db.session.remove()
    return [entry.message for entry in relay.journal.entries]


def _send(app: Flask) -> None:
    with app.app_context():
        post = Post(app)
        for lane in (Lane.PROMPT, Lane.BULK):
            post.run(lane, seconds=30)
        post.session.close()
        db.session.remove()
