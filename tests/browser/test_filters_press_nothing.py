"""A mail filter that loads every link of every mail, scripts and all, changes nothing (W01)."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from newsletter.app import create_app
from newsletter.extensions import db
from tests.browser.serving import served
from tests.faults.relay import Relay
from tests.journeys.house import free_port
from tests.web.every_mail import every_kind_of_mail, everything, links_of

IDLE_MS = 400  # for what a script would do by itself once the page stands


@pytest.fixture
def relay() -> Iterator[Relay]:
    with Relay() as opened:
        yield opened


@pytest.fixture
def app(make_database: Callable[[], dict[str, str]], relay: Relay) -> Iterator[Flask]:
    port = free_port()
    application = create_app({
        **make_database(), "SMTP_URL": relay.url, "PORT": str(port),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        # Counted for all tests of the last minute or hour together.
        "SIGNUP_WITHOUT_PROOF_PER_HOUR": "1000 per hour",
        "SIGNUP_GLOBAL_PER_MINUTE": "1000 per minute",
    })
    with served(application, port):
        yield application
    with application.app_context():
        db.session.remove()
        db.engine.dispose()


def test_a_browser_that_loads_every_mailed_link_and_presses_nothing_changes_no_row(
    app: Flask, relay: Relay, chromium: Browser
) -> None:
    mails = every_kind_of_mail(app, app.test_client(), relay)
    links = sorted({link for mail in mails for link in links_of(mail)})
    assert len(links) >= 20
    before = everything(app)
    with chromium.new_context() as context:
        page = context.new_page()
        requests: list[str] = []
        page.on("request", lambda request: requests.append(request.method))
        for link in links:
            _load(page, link)
            assert everything(app) == before, f"{link} changed something"
    assert set(requests) == {"GET"}


def _load(page: Page, link: str) -> None:
    """As a filter with a browser does: load, wait, move about, and go; no button is pressed."""
    answer = page.goto(link, wait_until="networkidle")
    assert answer is not None
    assert answer.status < 400, link
    page.mouse.move(200, 300)
    page.keyboard.press("End")
    page.wait_for_timeout(IDLE_MS)
