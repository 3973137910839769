"""The article store at the desk in a real browser: axe in every state, live preview, no script."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
import time_machine
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from newsletter.accounts.add import add_account
from newsletter.accounts.models import RoleName
from newsletter.app import create_app
from newsletter.extensions import db
from tests.browser.login import log_in
from tests.browser.sight import Ears, faults_of
from tests.material import NOW, article
from tests.second_factor import equip

EMAIL, PASSWORD = "noor@redactie.example", "een lang wachtwoord"
PICTURES = os.environ.get("PICTURES", "")
HTML = "<p>Een <b>vet</b> woord.</p><p>En nog een regel.</p>"
CSV = ("titel;samenvatting;themas\nEen loket dat meedenkt;Over data en leiderschap.;data\n"
       ";Zonder titel.;\n")
_PASTE = """html => {
    const data = new DataTransfer();
    data.setData("text/html", html);
    data.setData("text/plain", "plat");
    document.querySelector("#body_md").dispatchEvent(
        new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""


@dataclass
class Desk:
    """A running desk with an editor and an article that waits."""

    address: str
    path: str


@pytest.fixture
def desk(chromium: Browser, make_database: Callable[[], dict[str, str]]) -> Iterator[Desk]:
    """The web on a port of its own, at the moment that the material speaks of."""
    # A browser that starts while time stands elsewhere waits for ever.
    assert chromium.is_connected()
    app = create_app(make_database())
    server = make_server("127.0.0.1", 0, app, threaded=True)
    with time_machine.travel(NOW + timedelta(minutes=1), tick=True):
        with app.app_context():
            equip(add_account(email=EMAIL, name="Noor", password=PASSWORD,
                              roles=[RoleName.EDITOR], now=NOW))
            made = article("data", "leiderschap", released_at=None)
            made.title = "Een loket dat meedenkt"
            article("data").title = "Het loket dat meedenkt"
            article("data", released_at=NOW + timedelta(days=2)).language = "en"
            db.session.commit()
            path = f"/redactie/artikelen/{made.id}"
            db.session.remove()
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield Desk(f"http://127.0.0.1:{server.port}", path)
        server.shutdown()
        thread.join()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def enter(chromium: Browser, desk: Desk, *, with_script: bool = True, bypass: bool = False) -> Page:
    # Colours that are still on their way from light to dark would be measured as they are.
    context = chromium.new_context(base_url=desk.address, reduced_motion="reduce",
                                   java_script_enabled=with_script, bypass_csp=bypass)
    page = context.new_page()
    log_in(page, email=EMAIL, password=PASSWORD)
    return page


def look(page: Page, name: str) -> None:
    """The page as it stands is for everybody; with PICTURES set, it is kept to be seen."""
    assert faults_of(page) == [], name
    for width, scheme in ((1280, "light"), (320, "dark")) if PICTURES else ():
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.screenshot(path=Path(PICTURES) / f"{name}-{width}-{scheme}.png", full_page=True)
    page.emulate_media(color_scheme="light")


def save(page: Page) -> None:
    """Press the button under the article."""
    with page.expect_navigation():
        page.get_by_role("button", name="Bewaar", exact=True).click()


def test_the_store_can_be_used_by_everybody(chromium: Browser, desk: Desk) -> None:
    page = enter(chromium, desk, bypass=True)
    ears = Ears(page)
    for name, path in (("list", "/redactie/artikelen"), ("alike", "/redactie/artikelen?zoek=loktt"),
                       ("new", "/redactie/artikelen/nieuw"), ("article", desk.path),
                       ("image", f"{desk.path}/beeld")):
        page.goto(path)
        look(page, name)
    page.goto("/redactie/artikelen?thema=data")
    for tick in page.locator("input[name=artikel]").all():
        tick.check()
    with page.expect_navigation():
        page.get_by_role("button", name="Bekijk wat er verandert").click()
    look(page, "plan")
    page.goto("/redactie/artikelen/invoer")
    look(page, "import")
    page.locator("#file").set_input_files(
        {"name": "stukken.csv", "mimeType": "text/csv", "buffer": CSV.encode()})
    with page.expect_navigation():
        page.get_by_role("button", name="Bekijk wat erin staat").click()
    look(page, "import-preview")
    other = page.context.new_page()
    other.goto(desk.path)
    other.locator("#title").fill("Een balie die meedenkt")
    other.locator("#body_md").fill("Wat een ander schreef.\n\n- een\n- twee")
    save(other)
    other.close()
    page.goto(desk.path)
    page.locator("#revision").evaluate("field => { field.value = '0'; }")
    page.locator("#title").fill("Mijn eigen titel")
    save(page)
    look(page, "two-tabs")
    save(page)
    page.goto(f"{desk.path}/versies")
    look(page, "versions")
    page.goto(f"{desk.path}/versies/1")
    look(page, "version")
    assert ears.said == []
    page.context.close()


def test_what_is_typed_is_shown_while_it_is_typed(chromium: Browser, desk: Desk) -> None:
    page = enter(chromium, desk)
    ears = Ears(page)
    page.goto(desk.path)
    shown = page.frame_locator("iframe[name=voorbeeld]")
    shown.locator("h1", has_text="Een loket dat meedenkt").wait_for()
    steps = page.evaluate("history.length")
    page.locator("#title").fill("Een balie")
    shown.locator("h1", has_text="Een balie").wait_for()
    page.locator("#summary").fill("Een twee drie")
    assert page.locator("[data-words-of=summary]").inner_text() == "3"
    page.get_by_role("button", name="Toon in een mail").click()
    shown.locator("h3", has_text="Een balie").wait_for()
    page.locator("#title").fill("Een bord")
    shown.locator("h3", has_text="Een bord").wait_for()
    assert page.evaluate("history.length") <= steps + 1
    page.evaluate(_PASTE, HTML)
    expect(page.locator("#body_md")).to_have_value("Een **vet** woord.\n\nEn nog een regel.")
    assert ears.said == []
    page.locator("#title").press("Enter")
    page.wait_for_selector(".notice.done")
    assert page.locator("h1").inner_text() == "Een bord"
    page.context.close()


def test_it_all_works_without_script(chromium: Browser, desk: Desk) -> None:
    page = enter(chromium, desk, with_script=False)
    page.goto(desk.path)
    page.locator("#title").fill("Zonder script")
    page.get_by_role("button", name="Toon op de site").click()
    shown = page.frame_locator("iframe[name=voorbeeld]")
    shown.locator("h1", has_text="Zonder script").wait_for()
    page.locator("#body_md").fill(HTML)
    save(page)
    assert page.locator("#body_md").input_value() == "Een **vet** woord.\n\nEn nog een regel."
    page.get_by_role("link", name="Versies").click()
    page.get_by_role("link", name="Versie 1").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Zet versie 1 terug").click()
    assert "Teruggezet." in page.locator(".notice.done").inner_text()
    page.context.close()
