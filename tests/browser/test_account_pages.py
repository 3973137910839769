"""Logging in with a second factor, one's own account and the log, in a real browser."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from threading import Thread

import pytest
import time_machine
from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from newsletter.accounts.add import add_account
from newsletter.accounts.audit import Origin, record
from newsletter.accounts.models import RoleName
from newsletter.accounts.session_queries import FRESH
from newsletter.app import create_app
from newsletter.core import signer
from newsletter.extensions import db
from newsletter.tokens import Purpose
from tests.browser.accessible import assert_accessible
from tests.material import NOW
from tests.second_factor import code

EMAIL, PASSWORD = "beheer@redactie.example", "een lang wachtwoord"
WIDTHS = (320, 1280)
SCHEMES = ("light", "dark")


@pytest.fixture
def app_of(make_database: Callable[[], dict[str, str]]) -> Flask:
    """The web application, on a database of its own."""
    return create_app(make_database())


@pytest.fixture
def site(chromium: Browser, app_of: Flask) -> Iterator[str]:
    """The web on a port of its own, with an admin who never logged in."""
    # A browser that starts while time stands elsewhere waits for ever.
    assert chromium.is_connected()
    app = app_of
    server = make_server("127.0.0.1", 0, app, threaded=True)
    with time_machine.travel(NOW, tick=True):
        with app.app_context():
            made = add_account(email=EMAIL, name="Bo Beheer", password=PASSWORD,
                               roles=[RoleName.ADMIN], now=NOW)
            for number in range(60):
                record("compose", f"edition:20-{number}", now=NOW, account_id=made.id,
                       origin=Origin("2001:db8:1234:5678:9abc:def0:1234:5678", "Browser/5.0 " * 9),
                       title="Eenheelergheellangwoordzonderspatie" * 4)
            db.session.commit()
            db.session.remove()
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.port}"
        server.shutdown()
        thread.join()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def _look(page: Page, name: str) -> None:
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 860})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
        for scheme in SCHEMES:
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            assert_accessible(page, f"{name}, {width}, {scheme}")


def _press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def _enter(page: Page) -> str:
    """From the password to the desk's first page; the key of the app that was set up."""
    page.goto("/redactie/")
    page.get_by_label("E-mailadres").fill(EMAIL)
    page.get_by_label("Wachtwoord").fill(PASSWORD)
    _press(page, "Log in")
    _look(page, "set-up")
    _press(page, "Ik heb zo’n app. Begin")
    _look(page, "set-up-key")
    key = page.locator("#key").inner_text().replace("-", "")
    page.get_by_label("Code").fill("000000")
    _press(page, "Klaar")
    _look(page, "set-up-refused")
    page.get_by_label("Code").fill(code(key))
    _press(page, "Log in")
    assert page.locator("h1").inner_text() == "Herstelcodes"
    return key


def _invite_and_manage(page: Page) -> None:
    page.goto("/redactie/accounts")
    _look(page, "accounts")
    page.get_by_label("Naam").fill("Noor")
    _press(page, "Nodig uit")
    _look(page, "accounts-refused")
    assert page.get_by_label("Naam").input_value() == "Noor"
    page.get_by_label("E-mailadres").fill("noor@redactie.example")
    page.get_by_label("Redacteur").check()
    _press(page, "Nodig uit")
    assert "Uitgenodigd." in page.locator(".notice.done").inner_text()
    page.get_by_role("link", name="Noor").click()
    _look(page, "account-of")
    page.get_by_label("Uitgever").check()
    _press(page, "Bewaar")
    _press(page, "Zet dit account uit")
    assert "Dit account staat uit." in page.locator(".notice.done").inner_text()
    _look(page, "account-off")


def test_from_the_first_login_to_the_log_for_everybody(chromium: Browser, site: str) -> None:
    context = chromium.new_context(base_url=site, reduced_motion="reduce", bypass_csp=True)
    page = context.new_page()
    key = _enter(page)
    _look(page, "recovery-codes")
    _press(page, "Maak herstelcodes")
    _look(page, "recovery-codes-made")
    spare = page.locator(".codes code").first.inner_text()
    page.goto("/redactie/mijn-account")
    _look(page, "account")
    page.get_by_label("Nieuw wachtwoord").fill("kort")
    _press(page, "Wijzig wachtwoord")
    _look(page, "account-refused")
    _invite_and_manage(page)
    for path in ("/redactie/logboek", "/redactie/logboek?van=gisteren",
                 "/redactie/logboek?waarop=niets"):
        page.goto(path)
        _look(page, path)
    with time_machine.travel(NOW + FRESH + timedelta(minutes=2), tick=True):
        page.goto("/redactie/mijn-account")
        _press(page, "Stel de app opnieuw in")
        _look(page, "confirm")
        page.get_by_label("Code").fill(code(key))
        _press(page, "Ga door")
        assert page.locator("h1").inner_text() == "Stel je tweede stap in"
        page.goto("/redactie/")
        _press(page, "Uitloggen")
        page.get_by_label("E-mailadres").fill(EMAIL)
        page.get_by_label("Wachtwoord").fill(PASSWORD)
        _press(page, "Log in")
        _look(page, "code")
        page.get_by_role("link", name="herstelcode").click()
        page.get_by_label("Herstelcode").fill("0000-0000-0000")
        _press(page, "Log in")
        _look(page, "recovery-code-refused")
        page.get_by_label("Herstelcode").fill(spare)
        _press(page, "Log in")
        assert page.locator("h1").inner_text() != "Herstelcode"
    context.close()


def test_an_invitation_for_everybody(chromium: Browser, site: str, app_of: Flask) -> None:
    with app_of.app_context():
        made = add_account(email="nieuw@redactie.example", name="Nieuw", password=None,
                           roles=[RoleName.CONTRIBUTOR], now=NOW)
        db.session.commit()
        token = signer().make(Purpose.INVITATION, made.id, issued_at=NOW)
        db.session.remove()
    context = chromium.new_context(base_url=site, reduced_motion="reduce", bypass_csp=True)
    page = context.new_page()
    page.goto(f"/redactie/uitnodiging/{token}")
    _look(page, "invitation")
    page.get_by_label("Kies een wachtwoord").fill("kort")
    _press(page, "Bewaar")
    _look(page, "invitation-refused")
    page.get_by_label("Kies een wachtwoord").fill(PASSWORD)
    _press(page, "Bewaar")
    _look(page, "log-in-after-invitation")
    page.goto(f"/redactie/uitnodiging/{token}")
    _look(page, "invitation-used")
    context.close()


def test_setting_up_works_without_script(chromium: Browser, site: str) -> None:
    context = chromium.new_context(base_url=site, java_script_enabled=False)
    page = context.new_page()
    page.goto("/redactie/")
    page.get_by_label("E-mailadres").fill(EMAIL)
    page.get_by_label("Wachtwoord").fill(PASSWORD)
    _press(page, "Log in")
    _press(page, "Ik heb zo’n app. Begin")
    page.get_by_label("Code").fill(code(page.locator("#key").inner_text().replace("-", "")))
    _press(page, "Klaar")
    _press(page, "Maak herstelcodes")
    assert page.locator(".codes code").count() == 10
    context.close()
