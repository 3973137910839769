"""The pages around a correction, as two people meet them in two browsers: each is looked at.

Nothing is sent here: the mailing stands half of the way, and who works at it goes back and forth.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
import time_machine
from playwright.sync_api import Browser, expect
from werkzeug.serving import make_server

from newsletter.accounts.add import add_account
from newsletter.accounts.models import RoleName
from newsletter.app import create_app
from newsletter.editions.queries import get_edition
from newsletter.extensions import db
from tests.browser.login import log_in
from tests.browser.walk import Walk
from tests.material import NOW
from tests.second_factor import equip
from tests.web.desk.correcting import APPROVAL, MAILING, OLD, PATH, paused_half_way

PASSWORD = "een lang wachtwoord"
ROBIN, ULI = "robin@redactie.example", "uli@redactie.example"
TALL = 2_600


@pytest.fixture
def site(chromium: Browser, make_database: Callable[[], dict[str, str]]) -> Iterator[str]:
    """The web on a port of its own, with a mailing that was paused half of the way."""
    # A browser that starts while time stands elsewhere waits for ever.
    assert chromium.is_connected()
    app = create_app(make_database())
    server = make_server("127.0.0.1", 0, app, threaded=True)
    with time_machine.travel(NOW + timedelta(minutes=1), tick=True):
        with app.app_context():
            for email, name, role in ((ROBIN, "Robin de Wit", RoleName.EDITOR),
                                      (ULI, "Uli Bakker", RoleName.PUBLISHER)):
                equip(add_account(email=email, name=name, password=PASSWORD, roles=[role],
                                  now=NOW))
            paused_half_way(db.session())
            get_edition("90-8").items[0].article.title = "Zo heet het stuk nu"
            db.session.commit()
            db.session.remove()
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.port}"
        server.shutdown()
        thread.join()
        server.server_close()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_the_pages_of_a_correction_can_be_used_by_everybody(
    chromium: Browser, site: str, tmp_path: Path
) -> None:
    robin, uli = (_at_the_desk(chromium, site, email, tmp_path) for email in (ROBIN, ULI))
    robin.open(PATH)
    expect(robin.page.get_by_text("Er is al iets anders dan in de verzonden mail")).to_be_visible()
    robin.look("correction-before", height=TALL)
    robin.press("Begin een verbetering")
    robin.page.get_by_label("Onderwerp van de mail").fill("Nu met de goede datum")
    robin.page.locator("#text_nl").fill("Het congres is op 3 juni, niet op 2 juni.")
    robin.press("Bewaar tekst")
    robin.press("Vraag goedkeuring")
    uli.open("/redactie/")
    uli.look("correction-today", height=TALL)
    uli.follow("a:has-text('Bekijk de verbetering')")
    assert uli.heading() == "Goedkeuring van de verbetering"
    uli.look("correction-approval", height=TALL)
    # She reads; meanwhile an article in it changes, and what she presses is not given.
    robin.open(PATH)
    robin.follow("section[aria-labelledby=articles] a")
    robin.page.get_by_label("Titel").fill("En zo heet het daarna")
    robin.press("Bewaar")
    expect(robin.page.get_by_text("De goedkeuring van de verbetering van editie")).to_be_visible()
    robin.look("correction-article", height=TALL)
    uli.press("Keur goed")
    expect(uli.page.get_by_role("heading", name="Wat er sindsdien veranderde")).to_be_visible()
    uli.look("correction-fell", height=TALL)
    robin.open(PATH)
    robin.look("correction-asked-anew", height=TALL)
    robin.press("Vraag goedkeuring")
    uli.open(APPROVAL)
    uli.press("Keur goed")
    uli.look("correction-approved", height=TALL)
    uli.open(f"{MAILING}/stop")
    uli.look("correction-stop")
    robin.open(OLD)
    robin.look("correction-old-text")
    robin.press("Verstuur de oude tekst")
    robin.look("correction-dropped-mailing")
    robin.follow("a:has-text('Naar de verbetering')")
    robin.look("correction-dropped-sending", height=TALL)
    robin.open(MAILING)
    robin.press("Pauzeer")
    robin.open(PATH)
    robin.look("correction-dropped", height=TALL)
    robin.press("Begin met de teruggenomen verbetering")
    expect(robin.page.get_by_label("Onderwerp van de mail")).to_have_value("Nu met de goede datum")
    robin.look("correction-begun-again", height=TALL)
    robin.close()
    uli.close()


def _at_the_desk(chromium: Browser, site: str, email: str, folder: Path) -> Walk:
    walk = Walk(chromium, site=site, folder=folder)
    log_in(walk.page, email=email, password=PASSWORD)
    return walk
