"""A passkey in a real browser: made, used at the login and for what has weight, and removed."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from playwright.sync_api import Browser, CDPSession, Page

from newsletter.accounts.add import add_account
from newsletter.accounts.models import RoleName
from newsletter.accounts.session_queries import FRESH
from newsletter.app import create_app
from newsletter.extensions import db
from tests.browser.accessible import assert_accessible
from tests.browser.login import log_in
from tests.browser.serving import served
from tests.journeys.house import free_port
from tests.material import NOW
from tests.second_factor import equip

EMAIL, PASSWORD = "noor@redactie.example", "een lang wachtwoord"
PATH = "/redactie/mijn-account/passkeys"


@pytest.fixture
def site(chromium: Browser, make_database: Callable[[], dict[str, str]]) -> Iterator[str]:
    """The web under a name: for an IP address browsers keep no passkeys."""
    # A browser that starts while time stands elsewhere waits for ever.
    assert chromium.is_connected()
    port = free_port()
    address = f"http://localhost:{port}"
    app = create_app({**make_database(), "PUBLIC_URL": address})
    with time_machine.travel(NOW, tick=True):
        with app.app_context():
            equip(add_account(email=EMAIL, name="Noor", password=PASSWORD,
                              roles=[RoleName.ADMIN], now=NOW))
            db.session.commit()
            db.session.remove()
        with served(app, port):
            yield address
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def telephone(page: Page) -> tuple[CDPSession, str]:
    """An authenticator inside the browser, whose owner always puts a finger on it."""
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    made = tools.send("WebAuthn.addVirtualAuthenticator", {"options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
        "hasUserVerification": True, "isUserVerified": True,
        "automaticPresenceSimulation": True}})
    return tools, str(made["authenticatorId"])


def _look(page: Page, name: str) -> None:
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 860})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            assert_accessible(page, f"{name}, {width}, {scheme}")


def _press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def test_a_passkey_from_its_making_to_its_end(chromium: Browser, site: str) -> None:
    context = chromium.new_context(base_url=site, reduced_motion="reduce")
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text)
            if "Content Security Policy" in said.text else None)
    tools, authenticator = telephone(page)
    log_in(page, email=EMAIL, password=PASSWORD)
    page.goto(PATH)
    assert page.locator("[data-without-passkey]").is_hidden()
    _press(page, "Maak een passkey")
    assert "Vul een naam in." in page.locator(".notice.wrong").inner_text()
    page.get_by_label("Hoe noem je haar?").fill("Mijn telefoon")
    # The browser kept the one that we refused: it is offered no second time, by its own rule.
    tools.send("WebAuthn.clearCredentials", {"authenticatorId": authenticator})
    _press(page, "Maak een passkey")
    assert page.locator("tbody th").inner_text() == "Mijn telefoon"
    _look(page, "passkeys")

    page.get_by_role("button", name="Uitloggen").click()
    page.get_by_label("E-mailadres").fill(EMAIL)
    page.get_by_label("Wachtwoord").fill(PASSWORD)
    _press(page, "Log in")
    _look(page, "second step")
    tools.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator,
                                            "isUserVerified": False})
    page.get_by_role("button", name="Log in met je passkey").click()
    page.get_by_text("Dat lukte niet, of je brak het af.").wait_for()
    _look(page, "second step, broken off")
    tools.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator,
                                            "isUserVerified": True})
    _press(page, "Log in met je passkey")
    assert page.locator("h1").inner_text() == "Vandaag"

    page.goto(PATH)
    with time_machine.travel(NOW + FRESH + timedelta(minutes=2), tick=True):
        with page.expect_navigation():
            page.get_by_role("button", name="Haal weg").click()
        assert page.locator("h1").inner_text() == "Bevestig dat jij het bent"
        _look(page, "confirm")
        _press(page, "Bevestig met je passkey")
        assert "De passkey is weg." in page.locator(".notice.done").inner_text()
        assert page.locator("tbody").count() == 0
        _look(page, "no passkeys")
    assert complaints == []
    context.close()


def test_without_script_a_code_does_the_same(chromium: Browser, site: str) -> None:
    context = chromium.new_context(base_url=site, java_script_enabled=False)
    page = context.new_page()
    log_in(page, email=EMAIL, password=PASSWORD)
    page.goto(PATH)
    assert page.get_by_text("Dit kan alleen in een browser die passkeys kent").is_visible()
    assert page.get_by_role("button", name="Maak een passkey").is_hidden()
    context.close()
