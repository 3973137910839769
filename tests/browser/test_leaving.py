"""Leaving, coming back and moving, page by page in a real browser: axe, and no sideways scroll.

The pages come straight from the application of the test; scripts are off for one half.
"""

from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, Route
from sqlalchemy.orm import Session

from newsletter import clock
from newsletter.core import signer
from newsletter.subscribers.change_address import ask_change
from newsletter.subscribers.models import Language, Subscription
from newsletter.tokens import Purpose
from tests.browser.accessible import assert_accessible
from tests.material import reader

SITE = "http://localhost"
SIZES = tuple(product((320, 768, 1280), ("light", "dark")))


class Tab(NamedTuple):
    """A tab whose every request the application of this test answers."""

    page: Page
    folder: Path
    has_scripts: bool

    def press(self, words: str) -> None:
        """Press a button by keyboard, and wait for the page that comes of it."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=words).press("Enter")

    def press_first(self, value: str) -> None:
        """The same for the button that posts `value`, whatever its words are."""
        with self.page.expect_navigation():
            self.page.locator(f"button[value={value}]").first.press("Enter")

    def look(self, name: str) -> None:
        """The page as it stands at each size and in each scheme; axe where scripts run."""
        for width, scheme in SIZES:
            self.page.set_viewport_size({"width": width, "height": 900})
            self.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            self.page.screenshot(path=self.folder / f"{name}-{width}-{scheme}.png", full_page=True)
            if self.has_scripts:
                assert_accessible(self.page, name)
                assert self.page.evaluate("document.documentElement.scrollWidth") <= width, name


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def tab(
    request: pytest.FixtureRequest, chromium: Browser, client: FlaskClient, tmp_path: Path
) -> Iterator[Tab]:
    context = chromium.new_context(base_url=SITE, java_script_enabled=request.param)
    context.route("**/*", lambda route: _answer(client, route))
    yield Tab(context.new_page(), tmp_path, request.param)
    context.close()


@pytest.fixture
def anne(session: Session) -> Subscription:
    """A reader of editions and of two themes every week."""
    return reader("data", "leiderschap", at=clock.now() - timedelta(days=30))


def test_a_reader_leaves_says_why_and_comes_back(
    tab: Tab, anne: Subscription
) -> None:
    token = signer().make(Purpose.LEAVE_DIGESTS, anne.subscriber_id)
    tab.page.goto(f"/afmelden/{token}")
    tab.look("leave")
    tab.press("Stop de mail over thema’s")
    tab.look("left-one")
    tab.press("Stop ook al het andere")
    tab.press("Verstuur mijn reden")
    tab.look("no-reason")
    tab.page.get_by_label("Ik doe nu ander werk").check()
    tab.press("Verstuur mijn reden")
    tab.look("reason")
    tab.page.goto(f"/afmelden/{token}")
    tab.look("left")
    tab.press("Geef mij pauze tot")
    assert tab.page.locator("h1").inner_text() == "Je leest weer mee"
    tab.look("returned")


def test_the_choices_of_who_left_offer_the_way_back_in_english_too(
    tab: Tab, session: Session, anne: Subscription
) -> None:
    anne.language = Language.EN
    session.flush()
    manage = f"/voorkeuren/{signer().make(Purpose.MANAGE, anne.subscriber_id)}"
    tab.page.goto(f"/afmelden/{signer().make(Purpose.LEAVE_EDITIONS, anne.subscriber_id)}")
    tab.press_first("all")
    tab.look("left-en")
    tab.page.goto(manage)
    tab.look("inactive-en")
    tab.press_first("as_it_was")
    tab.look("returned-en")


def test_a_new_address_is_confirmed_and_taken_back(
    tab: Tab, session: Session, anne: Subscription
) -> None:
    now = clock.now()
    change = ask_change(anne, "nieuw@provincie.example", signer=signer(), now=now)
    session.commit()
    new = f"/adres/{signer().make(Purpose.CONFIRM_ADDRESS, change.id, issued_at=now)}"
    old = f"/adres/terug/{signer().make(Purpose.UNDO_ADDRESS, change.id)}"
    tab.page.goto(new)
    tab.look("confirm-address")
    tab.press("Ja, mail mij op dit adres")
    tab.look("address-confirmed")
    tab.page.goto(old)
    tab.look("undo-address")
    tab.press("Zet mijn oude adres terug")
    tab.look("address-undone")
    tab.page.goto(new)
    tab.look("address-too-late")


def _answer(client: FlaskClient, route: Route) -> None:
    asked = route.request
    parts = urlsplit(asked.url)
    if f"{parts.scheme}://{parts.netloc}" != SITE:
        route.abort()
        return
    with client.open(
        parts.path + (f"?{parts.query}" if parts.query else ""),
        method=asked.method,
        data=asked.post_data_buffer,
        headers=dict(asked.headers),
        follow_redirects=True,
    ) as answer:
        headers = {name: value for name, value in answer.headers if name != "Content-Length"}
        route.fulfill(status=answer.status_code, headers=headers, body=answer.get_data())
