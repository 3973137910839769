"""One digest at the desk in a real browser: axe in every state, narrow and wide, and no script."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from threading import Thread

import pytest
import time_machine
from flask import Flask
from playwright.sync_api import Browser, Page
from sqlalchemy import delete, update
from werkzeug.serving import make_server

from newsletter.accounts.add import add_account
from newsletter.accounts.models import RoleName
from newsletter.app import create_app
from newsletter.articles.models import Article
from newsletter.digests.models import DigestSlot, SlotStatus
from newsletter.extensions import db
from newsletter.subscribers.models import Cadence
from tests.browser.accessible import assert_accessible
from tests.browser.login import log_in
from tests.material import NOW, article, slot
from tests.second_factor import equip

EMAIL, PASSWORD = "noor@redactie.example", "een lang wachtwoord"
HOUR, WEEK = timedelta(hours=1), timedelta(days=7)
WIDTHS = (320, 768, 1280)
SCHEMES = ("light", "dark")
LONG = "Een lange regel. " * 20


@dataclass
class Desk:
    """A running desk with an editor, and a slot of each state."""

    address: str
    coming: str
    waiting: str
    late: str


@pytest.fixture
def desk(chromium: Browser, make_database: Callable[[], dict[str, str]]) -> Iterator[Desk]:
    """The web on a port of its own, at the moment that the material speaks of."""
    # A browser that starts while time stands elsewhere waits for ever.
    assert chromium.is_connected()
    app = create_app(make_database())
    server = make_server("127.0.0.1", 0, app, threaded=True)
    with time_machine.travel(NOW + timedelta(minutes=1), tick=True):
        with app.app_context():
            slots = _slots()
            equip(add_account(email=EMAIL, name="Noor", password=PASSWORD,
                              roles=[RoleName.EDITOR], now=NOW))
            db.session.commit()
            paths = [f"/redactie/digests/{each.id}" for each in slots]
            db.session.remove()
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield Desk(f"http://127.0.0.1:{server.port}", *paths)
        server.shutdown()
        thread.join()
    _close(app)


def _slots() -> tuple[DigestSlot, DigestSlot, DigestSlot]:
    db.session.execute(delete(DigestSlot))
    db.session.execute(update(Article).values(released_at=None))
    for _ in range(3):
        article("data", "leiderschap")
    article("data").language = "en"
    article("data", released_at=NOW + HOUR)
    slot(at=NOW - 2 * WEEK).status = SlotStatus.NOTHING_NEW
    late, waiting = slot(at=NOW - WEEK), slot(cadence=Cadence.MONTHLY, at=NOW - HOUR)
    late.status = SlotStatus.LATE
    waiting.status, waiting.is_held = SlotStatus.HELD, True
    waiting.editorial_line = "Volgende maand verschijnt de editie."
    return slot(at=NOW + 2 * HOUR), waiting, late


def _close(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def _enter(chromium: Browser, desk: Desk, *, with_script: bool = True) -> Page:
    # Colours that are still on their way from light to dark would be measured as they are.
    context = chromium.new_context(base_url=desk.address, reduced_motion="reduce",
                                   java_script_enabled=with_script, bypass_csp=with_script)
    page = context.new_page()
    log_in(page, email=EMAIL, password=PASSWORD)
    return page


def _look(page: Page, name: str) -> None:
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 860})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
        for scheme in SCHEMES:
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            assert_accessible(page, f"{name}, {width}, {scheme}")


def test_every_state_of_a_digest_can_be_used_by_everybody(chromium: Browser, desk: Desk) -> None:
    page = _enter(chromium, desk)
    for path in ("/redactie/", "/redactie/digests", desk.coming, desk.waiting, desk.late):
        page.goto(path)
        _look(page, path)
    page.goto(desk.coming)
    page.locator("#line").fill(LONG)
    page.get_by_role("button", name="Bewaar", exact=True).click()
    page.wait_for_selector("#line-fault")
    _look(page, "refused")
    page.context.close()


def test_it_all_works_without_script(chromium: Browser, desk: Desk) -> None:
    page = _enter(chromium, desk, with_script=False)
    page.goto(desk.coming)
    page.get_by_label("Houd vast tot ik vrijgeef").check()
    page.get_by_label("Regel boven aan de mail").fill("Dag lezer.")
    page.get_by_role("radiogroup").first.get_by_label("Vooraan").check()
    page.get_by_role("button", name="Bewaar", exact=True).click()
    assert "Bewaard." in page.locator(".notice.done").inner_text()
    assert page.get_by_role("radiogroup").first.get_by_label("Vooraan").is_checked()
    page.goto(desk.waiting)
    page.get_by_role("button", name="Geef vrij", exact=True).click()
    assert "Vrijgegeven." in page.locator(".notice.done").inner_text()
    page.context.close()
