"""The login while a network guesses: a browser pays unseen, without scripts one waits."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
import redis
import time_machine
from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from newsletter.accounts.add import add_account
from newsletter.accounts.models import RoleName
from newsletter.app import create_app
from newsletter.broker import counts_url
from newsletter.extensions import db
from newsletter.web.guard import login
from tests.browser.accessible import assert_accessible
from tests.material import NOW
from tests.second_factor import equip

EMAIL, PASSWORD = "noor@redactie.example", "een lang wachtwoord"


class Desk:
    """A web on a port of its own, with an editor, and a clock that can be moved on."""

    def __init__(self, app: Flask, site: str, clock: Any) -> None:
        self.app, self.site, self.clock = app, site, clock

    def guess(self, number: int, name: str, network: str = "127.0.0.1") -> None:
        """So many guesses; at another name each time when it has a place for a number."""
        for each in range(number):
            with self.app.test_request_context(
                method="POST", environ_base={"REMOTE_ADDR": network}
            ):
                login.knock(name.format(each), browser=None)


@pytest.fixture
def desk(chromium: Browser, make_database: Callable[[], dict[str, str]]) -> Iterator[Desk]:
    # A browser that starts while time stands elsewhere waits for ever.
    assert chromium.is_connected()
    settings = make_database()
    with redis.Redis.from_url(counts_url(settings["REDIS_URL"])) as broker:
        broker.flushdb()
    app = create_app(settings)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    with time_machine.travel(NOW, tick=True) as clock:
        with app.app_context():
            equip(add_account(email=EMAIL, name="Noor", password=PASSWORD,
                              roles=[RoleName.EDITOR], now=NOW))
            db.session.commit()
            db.session.remove()
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield Desk(app, f"http://127.0.0.1:{server.port}", clock)
        server.shutdown()
        thread.join()
    server.server_close()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@contextmanager
def opened(chromium: Browser, desk: Desk, *, scripts: bool = True) -> Iterator[Page]:
    context = chromium.new_context(base_url=desk.site, java_script_enabled=scripts,
                                   reduced_motion="reduce", bypass_csp=True)
    yield context.new_page()
    context.close()


def give(page: Page) -> int:
    """The status of the page that comes of the button."""
    page.get_by_label("E-mailadres").fill(EMAIL)
    page.get_by_label("Wachtwoord", exact=True).fill(PASSWORD)
    with page.expect_navigation() as came:
        page.get_by_role("button", name="Log in", exact=True).click()
    answer = came.value
    assert answer is not None
    return answer.status


def look(page: Page, name: str) -> None:
    """What axe says in both schemes, at both widths."""
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 860})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            assert_accessible(page, f"{name}, {width}, {scheme}")


def test_with_scripts_a_full_network_costs_a_moment(chromium: Browser, desk: Desk) -> None:
    with opened(chromium, desk) as page:
        page.goto("/redactie/inloggen")
        desk.guess(60, "gok{}@redactie.example")
        assert give(page) == 429  # of a page from before
        assert page.locator("h2#held").inner_text() == "Je wachtwoord is nog niet bekeken"
        look(page, "busy")
        assert give(page) == 200
        assert page.locator("h1").inner_text() == "Code uit je app"


def test_without_scripts_one_waits_a_minute_and_gets_in(chromium: Browser, desk: Desk) -> None:
    desk.guess(60, "gok{}@redactie.example")
    with opened(chromium, desk, scripts=False) as page:
        page.goto("/redactie/inloggen")
        assert give(page) == 429
        assert "Wacht dan een minuut" in page.get_by_role("alert").inner_text()
        assert page.get_by_label("E-mailadres").input_value() == EMAIL
        desk.clock.shift(timedelta(seconds=61))
        assert give(page) == 200
        assert page.locator("h1").inner_text() == "Code uit je app"


def test_the_pages_of_who_must_wait_are_for_everybody(chromium: Browser, desk: Desk) -> None:
    with opened(chromium, desk) as page:
        page.goto("/redactie/inloggen")
        desk.guess(10, EMAIL)
        assert give(page) == 429
        assert "bij dit adres" in page.get_by_role("alert").inner_text()
        look(page, "here")
        for number in range(3):
            desk.guess(10, EMAIL, network=f"198.51.{number}.1")
        assert give(page) == 429
        assert "ben je aan de beurt" in page.get_by_role("alert").inner_text()
        look(page, "line")
