"""Readers at the desk in a real browser: axe in every state, narrow and wide, and no script."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from threading import Thread

import pytest
import time_machine
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from newsletter.accounts.add import add_account
from newsletter.accounts.models import RoleName
from newsletter.app import create_app
from newsletter.core import signer
from newsletter.deliveries.suppress import SuppressionReason, suppress
from newsletter.extensions import db
from newsletter.subscribers.load_import import load_import
from newsletter.subscribers.open_request import open_request
from newsletter.subscribers.request_models import DataRequestKind
from newsletter.subscribers.work_import import work_import
from tests.browser.accessible import assert_accessible
from tests.browser.login import log_in
from tests.material import NOW, reader
from tests.second_factor import equip

EMAIL, PASSWORD = "noor@redactie.example", "een lang wachtwoord"
STRANGER = "nemo@gemeente.example"
WIDTHS = (320, 768, 1280)
SCHEMES = ("light", "dark")
LIST = "mail;naam\nnieuw@x.example;Noor\njan;Jan\n{known};Al lezer\nnieuw@x.example;Nog eens\n"
PROOF = {"source": "Congres van mei", "given_on": "2026-05-20", "wording": "Ja, mail mij."}


@dataclass
class Desk:
    """A running desk with an admin, a reader, a request of each kind, and a list."""

    address: str
    reader: str
    known: str
    requests: list[str]
    list_path: str


@pytest.fixture
def desk(chromium: Browser, make_database: Callable[[], dict[str, str]]) -> Iterator[Desk]:
    """The web on a port of its own, at the moment that the material speaks of."""
    # A browser that starts while time stands elsewhere waits for ever.
    assert chromium.is_connected()
    app = create_app(make_database())
    server = make_server("127.0.0.1", 0, app, threaded=True)
    with time_machine.travel(NOW + timedelta(minutes=1), tick=True):
        with app.app_context():
            made = _material(f"http://127.0.0.1:{server.port}")
            db.session.remove()
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield made
        server.shutdown()
        thread.join()
    _close(app)


def _material(address: str) -> Desk:
    admin = equip(add_account(email=EMAIL, name="Noor", password=PASSWORD,
                              roles=[RoleName.ADMIN], now=NOW))
    one = reader("data", "leiderschap")
    one.subscriber.name, one.subscriber.organisation = "Anne de Wit", "Gemeente Onderweg"
    known = str(one.subscriber.address)
    suppress(signer().address_hashes(STRANGER)[-1], reason=SuppressionReason.COMPLAINT, now=NOW)
    days = dict(zip(DataRequestKind, (9, 3, 30, 12), strict=True))
    asked = [
        open_request(kind, subscriber_id=one.subscriber_id, account_id=admin.id, now=NOW,
                     received_on=date(2026, 10, day)).id
        for kind, day in days.items()
    ]
    nobody = open_request(DataRequestKind.ERASURE, subscriber_id=None, account_id=admin.id,
                          received_on=NOW.date(), now=NOW).id
    loaded, _read = load_import(LIST.format(known=known).encode(), proof=PROOF,
                                account_id=admin.id, now=NOW)
    while work_import(loaded.id, at_most=9, signer=signer(), now=NOW):
        pass
    db.session.commit()
    return Desk(address, f"/redactie/lezers/{one.subscriber_id}", known,
                [f"/redactie/verzoeken/{number}" for number in (*asked, nobody)],
                f"/redactie/import/{loaded.id}")


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


def _unfold(page: Page) -> None:
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")


def test_every_page_about_readers_can_be_used_by_everybody(chromium: Browser, desk: Desk) -> None:
    page = _enter(chromium, desk)
    for path in ("/redactie/", "/redactie/lezers", desk.reader, "/redactie/verzoeken",
                 *desk.requests, "/redactie/stoplijst", "/redactie/import", desk.list_path,
                 "/redactie/lezers/export"):
        page.goto(path)
        _unfold(page)
        _look(page, path)
    page.context.close()


def test_every_refusal_leads_to_its_field(chromium: Browser, desk: Desk) -> None:
    page = _enter(chromium, desk)
    for path, button in (
        ("/redactie/lezers", "Zoek"), (desk.reader, "Toon heel adres"),
        (desk.requests[0], "Handel af"), (desk.requests[2], "Wis alle gegevens"),
        (desk.requests[3], "Stop de mail en handel af"),
        ("/redactie/stoplijst", "Haal van de stoplijst"), ("/redactie/import", "Bekijk de regels"),
        (desk.list_path, "Lees in"), ("/redactie/lezers/export", "Maak het bestand"),
    ):
        page.goto(path)
        _unfold(page)
        page.get_by_role("button", name=button, exact=True).last.click()
        page.wait_for_selector(".notice.wrong")
        assert page.title().startswith("Fout: "), path
        expect(page.locator(".notice.wrong")).to_be_focused()
        for link in page.locator(".notice.wrong li a").all():
            assert page.locator(str(link.get_attribute("href"))).is_visible(), path
        _look(page, f"refused, {path}")
    page.context.close()


def test_it_all_works_without_script(chromium: Browser, desk: Desk) -> None:
    page = _enter(chromium, desk, with_script=False)
    page.goto("/redactie/lezers")
    page.get_by_label("E-mailadres").fill(STRANGER)
    page.get_by_role("button", name="Zoek", exact=True).click()
    assert "wel op de stoplijst" in page.locator(".notice.mind").inner_text()
    page.get_by_label("E-mailadres").fill(desk.known)
    page.get_by_role("button", name="Zoek", exact=True).click()
    page.wait_for_url(f"**{desk.reader}")
    assert desk.known not in page.content()
    page.get_by_text("Toon heel adres").first.click()
    page.get_by_label("De lezer vroeg iets").check()
    page.get_by_role("button", name="Toon heel adres").click()
    assert desk.known in page.locator(".notice.info").inner_text()
    page.goto(desk.list_path)
    page.get_by_label("Typ hoeveel lezers erbij komen").fill("1")
    page.get_by_role("button", name="Lees in", exact=True).click()
    assert "Het inlezen is begonnen" in page.locator(".notice.done").inner_text()
    page.context.close()
