"""A mail filter that follows every link of every mail changes nothing (W01)."""

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from newsletter.app import create_app
from newsletter.extensions import db
from newsletter.web.pages import asset
from tests.faults.relay import Relay
from tests.web import visitor
from tests.web.every_mail import every_kind_of_mail, everything, links_of

SITE = "http://localhost"
SAFE = ("GET", "HEAD", "OPTIONS")


@pytest.fixture
def relay() -> Iterator[Relay]:
    with Relay() as opened:
        yield opened


@pytest.fixture
def app(make_database: Callable[[], dict[str, str]], relay: Relay) -> Iterator[Flask]:
    """The whole web on a database of its own, whose mail goes to the recording relay."""
    application = create_app(
        {**make_database(), "SMTP_URL": relay.url, "SIGNUP_PER_HOUR": "1000 per hour",
         "SIGNUP_WITHOUT_PROOF_PER_HOUR": "1000 per hour"}
    )
    yield application
    with application.app_context():
        db.session.remove()
        db.engine.dispose()


def test_following_every_link_of_every_kind_of_mail_changes_nothing(
    app: Flask, relay: Relay
) -> None:
    client = app.test_client()
    mails = every_kind_of_mail(app, client, relay)
    links = {link for mail in mails for link in links_of(mail)}
    assert {urlsplit(link).path.split("/")[1] for link in links} >= {
        "bevestigen", "voorkeuren", "afmelden", "artikelen", "edities", "privacy", "mijn-link",
        "mijn-gegevens", "adres", "redactie", "nuttig",
    }
    before = everything(app)
    for link in sorted(links):
        assert link.startswith(f"{SITE}/"), f"{link} leads to somebody else"
        _look_at(client, link.removeprefix(SITE), deeper=True)
        assert everything(app) == before, f"{link} changed something"
    # The same eye sees what a button does.
    leave = next(link for link in links if "/afmelden/" in link)
    assert client.post(leave, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert everything(app) != before


def _look_at(client: FlaskClient, address: str, *, deeper: bool) -> None:
    """As a filter does: each safe method, what a page would do by itself, and its links too."""
    for method in SAFE:
        answer = client.open(address, method=method)
        assert answer.status_code < 400, (method, address)
    answer = client.get(address)
    if answer.mimetype != "text/html":
        return
    page = visitor.page(answer)
    assert page.css("meta[http-equiv=refresh], [onload], iframe") == [], address
    _run_scripts(client, page, address)
    assert all(form.attributes["method"] == "post" for form in page.css("form")), address
    if deeper:
        for link in visitor.links(answer):
            client.get(link)


def _run_scripts(client: FlaskClient, page: HTMLParser, address: str) -> None:
    """Ours is the one script that may stand behind a mailed link, on a page that asks an address.

    What it asks the server for is asked here too, so that the rows can be compared after it.
    """
    fields = page.css("input[name=altcha]")
    for script in page.css("script"):
        assert str(script.attributes["src"]) == asset("proof.js"), address
        assert not script.text().strip(), address
        assert fields, f"{address} has no address form that needs a script"
    for field in fields:
        assert client.get(str(field.attributes["data-challenge"])).status_code == 200
