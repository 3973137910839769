"""The year planner in a real browser: by dragging, by keys, without script, for everybody."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from threading import Thread

import pytest
import time_machine
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from newsletter import clock
from newsletter.accounts.add import add_account
from newsletter.accounts.models import RoleName
from newsletter.app import create_app
from newsletter.editions.enter_period import PeriodDraft, enter_period
from newsletter.editions.queries import get_edition
from newsletter.extensions import db
from tests.browser.login import log_in
from tests.browser.sight import Ears, faults_of
from tests.material import NOW
from tests.second_factor import equip

EMAIL, PASSWORD = "noor@redactie.example", "een lang wachtwoord"
PLAN, HANDLE = "/redactie/jaarplan/2027", "[data-key='21-3']"
DAY = timedelta(days=1)


@pytest.fixture
def desk(chromium: Browser, make_database: Callable[[], dict[str, str]]) -> Iterator[str]:
    """The web on a port of its own, with a planned year and a period in it."""
    # A browser that starts while time stands elsewhere waits for ever.
    assert chromium.is_connected()
    app = create_app(make_database())
    server = make_server("127.0.0.1", 0, app, threaded=True)
    with time_machine.travel(NOW, tick=True), app.app_context():
        account = equip(add_account(email=EMAIL, name="Noor", password=PASSWORD,
                                    roles=[RoleName.EDITOR], now=NOW))
        enter_period(PeriodDraft("Meivakantie", date(2027, 4, 24), date(2027, 5, 9)),
                     account_id=account.id, now=NOW)
        db.session.commit()
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.port}"
        server.shutdown()
        thread.join()
        db.session.remove()
        db.engine.dispose()


def _open(chromium: Browser, address: str, *, with_script: bool = True) -> Page:
    context = chromium.new_context(base_url=address, reduced_motion="reduce",
                                   java_script_enabled=with_script,
                                   viewport={"width": 1280, "height": 900})
    page = context.new_page()
    log_in(page, email=EMAIL, password=PASSWORD)
    page.goto(PLAN)
    return page


def _send_on() -> date:
    db.session.rollback()
    return clock.local(get_edition("21-3").send_at).date()


def _disc(page: Page) -> tuple[float, float]:
    """The middle of the sending of 21·3, where a hand would take it."""
    box = page.locator(f"{HANDLE} circle").bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def _said(page: Page, words: str) -> None:
    expect(page.locator("#moving")).to_contain_text(words)


def test_an_edition_is_dragged_to_a_day_and_put_back(chromium: Browser, desk: str) -> None:
    page = _open(chromium, desk)
    ears, before = Ears(page), _send_on()
    line = page.locator("svg.planner").bounding_box()
    assert line
    one_day = line["width"] * 1080 / 1100 / 365
    x, y = _disc(page)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 3 * one_day, y + 40, steps=5)
    page.mouse.move(x + 8 * one_day, y, steps=5)
    assert _send_on() == before
    with page.expect_navigation():
        page.mouse.up()
    assert _send_on() == before + 8 * DAY
    assert "Editie 21·3 staat nu op" in page.locator(".notice.done").inner_text()
    # Escape in mid-drag lets go.
    x, y = _disc(page)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 5 * one_day, y, steps=5)
    page.keyboard.press("Escape")
    page.mouse.up()
    _said(page, "Niet verplaatst.")
    assert _send_on() == before + 8 * DAY
    with page.expect_navigation():
        page.get_by_role("button", name="Zet terug").click()
    assert _send_on() == before
    assert ears.said == []
    page.context.close()


def test_an_edition_is_moved_by_keys_and_the_page_says_where_it_stands(
    chromium: Browser, desk: str
) -> None:
    page = _open(chromium, desk)
    ears, before = Ears(page), _send_on()
    handle = page.get_by_role("slider", name="Editie 21·3, verzending")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.key") == "21-3":
            break
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"
    day = before
    for key, step in (("PageDown", -7), ("PageUp", 7), ("ArrowRight", 1), ("ArrowLeft", -1)):
        page.keyboard.press(key)
        day += step * DAY
        assert f" {day.day} " in f"{handle.get_attribute('aria-valuetext')} "
    for _ in range((date(2027, 4, 27) - before).days):
        page.keyboard.press("ArrowRight")
    _said(page, "Koningsdag")
    _said(page, "in de vrije periode ‘Meivakantie’")
    page.keyboard.press("Escape")
    _said(page, "Niet verplaatst.")
    assert f"{before.day} " in str(handle.get_attribute("aria-valuetext"))
    page.keyboard.press("ArrowRight")
    _said(page, f" {(before + DAY).day} ")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert _send_on() == before + DAY
    # The keyboard is where it was.
    expect(page.locator("[data-key='21-3']:focus")).to_have_count(1)
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Tab")
    _said(page, "Niet verplaatst.")
    assert _send_on() == before + DAY
    assert ears.said == []
    page.context.close()


def test_without_script_the_table_does_the_same(chromium: Browser, desk: str) -> None:
    page = _open(chromium, desk, with_script=False)
    assert page.get_by_role("slider").count() == 0
    before = _send_on()
    page.get_by_role("link", name="Wijzig de data van 21·3").click()
    page.get_by_label("Verzending: dag").fill("21-4-2027")
    page.get_by_role("button", name="Bewaar de data").click()
    assert _send_on() == date(2027, 4, 21)
    page.get_by_role("button", name="Zet terug").click()
    assert _send_on() == before
    page.context.close()


def test_the_planner_and_its_periods_can_be_used_by_everybody(
    chromium: Browser, desk: str
) -> None:
    page = _open(chromium, desk)
    assert faults_of(page) == []
    page.locator("#period_name").fill("Herfst")
    page.get_by_role("button", name="Voeg toe").click()
    page.wait_for_selector("#first_on-fault")
    assert faults_of(page) == [], "refused"
    page.goto(PLAN)
    page.locator("a[href*='perioden']").click()
    assert faults_of(page) == [], "period"
    page.goto("/redactie/agenda")
    assert faults_of(page) == [], "calendar"
    page.context.close()
