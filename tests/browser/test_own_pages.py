"""The readers' own pages in a real browser: axe, no sideways scroll, with and without faults."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
import time_machine
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from newsletter.app import create_app
from newsletter.extensions import db
from newsletter.subscribers.models import Language
from tests.browser.accessible import assert_accessible
from tests.material import NOW
from tests.web.reader.life import choices_of, data_of, rich_life

WIDTHS = (320, 768, 1280)
SCHEMES = ("light", "dark")


@dataclass
class Site:
    """A running site with one reader in it."""

    address: str
    choices: str
    data: str


@pytest.fixture
def site(make_database: Callable[[], dict[str, str]], tmp_path: Path) -> Iterator[Site]:
    """The web on a port of its own, at the moment that the material speaks of."""
    app = create_app({**make_database(), "ERASED_IDS": str(tmp_path / "erased.ids")})
    server = make_server("127.0.0.1", 0, app, threaded=True)
    with time_machine.travel(NOW + timedelta(minutes=1), tick=True):
        with app.app_context():
            anne = rich_life(db.session()).subscription
            site = Site(f"http://127.0.0.1:{server.port}", choices_of(anne), data_of(anne))
            db.session.remove()
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield site
        server.shutdown()
        thread.join()
    _close(app)


@pytest.fixture
def page(chromium: Browser, site: Site) -> Iterator[Page]:
    """A tab that keeps cookies."""
    # Colours that are still on their way from light to dark would be measured as they are.
    context = chromium.new_context(base_url=site.address, reduced_motion="reduce")
    yield context.new_page()
    context.close()


def test_every_page_of_a_reader_is_accessible_at_every_width(
    page: Page, site: Site, tmp_path: Path
) -> None:
    page.goto(site.choices)
    _look(page, "preferences", tmp_path)
    page.get_by_label("Vanaf welke dag wil je weer mail?").fill("morgen")
    _press(page, "Begin de pauze")
    expect(page.locator("[role=alert]")).to_be_focused()
    _look(page, "preferences-refused", tmp_path)
    page.get_by_label("Vanaf welke dag wil je weer mail?").fill("3-3-2027")
    _press(page, "Begin de pauze")
    _look(page, "preferences-paused", tmp_path)
    page.get_by_label("Niet", exact=True).check()
    page.get_by_label("Stuur mij elke editie").uncheck()
    _press(page, "Bewaar mijn keuzes")
    _look(page, "preferences-nothing-chosen", tmp_path)
    _press(page, "Mail mij een link naar mijn gegevens")
    _look(page, "fresh-link-sent", tmp_path)
    page.goto(site.data)
    _look(page, "data", tmp_path)
    page.get_by_label("Nieuw e-mailadres").fill("anne")
    _press(page, "Verander mijn adres")
    _look(page, "data-refused", tmp_path)
    page.get_by_label("Nieuw e-mailadres").fill("anne@elders.example")
    _press(page, "Verander mijn adres")
    _look(page, "address-asked", tmp_path)
    page.goto(f"{site.data}/mails")
    page.get_by_text("Wat de mailserver zei").first.click()
    _look(page, "mails", tmp_path)
    page.goto(f"{site.data}/wissen")
    _look(page, "erase", tmp_path)
    page.context.clear_cookies()
    _press(page, "Wis alles nu")
    _look(page, "erase-refused", tmp_path)
    _press(page, "Wis alles nu")
    assert page.locator("h1").inner_text() == "Je gegevens zijn gewist"
    _look(page, "erased", tmp_path)
    page.goto(site.data)
    _look(page, "link-of-nobody", tmp_path)


def test_who_left_finds_the_same_care(page: Page, site: Site, tmp_path: Path) -> None:
    page.goto(site.choices)
    _press(page, "Stop alle mail")
    page.goto(site.choices)
    _look(page, "inactive", tmp_path)
    page.goto(site.data)
    _look(page, "data-of-who-left", tmp_path)
    page.goto(f"{site.data}?taal={Language.EN}")
    _look(page, "data-english", tmp_path)


def _press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def _look(page: Page, name: str, folder: Path) -> None:
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            assert_accessible(page, (name, width))
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
        page.screenshot(path=folder / f"{name}-{width}.png", full_page=True)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1280, "height": 900})


def _close(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
