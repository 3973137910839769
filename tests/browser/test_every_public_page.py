"""Every public page and every state it may be in, in a real browser: axe, narrow, large (A02).

The table of URLs is read: a new page that is not opened here turns the suite red.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from threading import Thread
from urllib.parse import urlsplit

import pytest
import redis
import time_machine
from flask import Flask, render_template
from playwright.sync_api import Browser, Page, Route, expect
from werkzeug.serving import make_server

from newsletter.app import create_app
from newsletter.broker import counts_url
from newsletter.extensions import db
from newsletter.web.blueprints import MAGAZINE, MAILED, READER
from newsletter.web.errors import PAGES, STATUSES, Told
from tests.browser.public_addresses import addresses
from tests.browser.sight import Ears, faults_of
from tests.material import NOW

# Files for programs, and what is saved to a disk.
FILES = {"consent_key", "challenge", "receipt", "export_json", "export_zip"}
MAILS = {"edition_mail", "edition_version_mail", "my_mail_html"}
ROOMS = (("magazine", MAGAZINE), ("reader", (*READER, *MAILED)))
ROWS = {id(told): told for told in (*PAGES.values(), *STATUSES.values()) if told.heading}


@dataclass
class Site:
    """A running site, with an address for each page by its name, and for other states of them."""

    app: Flask
    address: str
    pages: dict[str, str]
    states: dict[str, str]


@pytest.fixture(scope="module")
def site(
    chromium: Browser,
    make_database: Callable[[], dict[str, str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    """The web on a port of its own, at the moment that the material speaks of."""
    # A browser that starts while time stands elsewhere waits for ever.
    assert chromium.is_connected()
    erased = tmp_path_factory.mktemp("site") / "erased.ids"
    environ = {**make_database(), "ERASED_IDS": str(erased)}
    with redis.Redis.from_url(counts_url(environ["REDIS_URL"])) as broker:
        broker.flushdb()
    app = create_app({**environ, "SIGNUP_WITHOUT_PROOF_PER_HOUR": "1 per hour"})
    with time_machine.travel(NOW + timedelta(minutes=1), tick=True):
        with app.app_context():
            pages, states = addresses()
            db.session.remove()
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield Site(app, f"http://127.0.0.1:{server.port}", pages, states)
        server.shutdown()
        thread.join()
        server.server_close()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def page(chromium: Browser, site: Site) -> Iterator[Page]:
    """A tab; at the end the browser complained of nothing."""
    # Colours that are still on their way from light to dark would be measured as they are.
    context = chromium.new_context(base_url=site.address, reduced_motion="reduce")
    page = context.new_page()
    ears = Ears(page)
    yield page
    context.close()
    assert ears.said == []


def test_every_page_of_the_url_table_is_opened_here(site: Site) -> None:
    listed = {page.name for _, pages in ROOMS for page in pages if page.get}
    assert set(site.pages) == listed - FILES
    adapter = site.app.url_map.bind("localhost")
    for name, address in site.pages.items():
        endpoint, _ = adapter.match(address.partition("?")[0])
        assert str(endpoint).rpartition(".")[2] == name
    rooms = {str(rule.endpoint).partition(".")[0] for rule in site.app.url_map.iter_rules()}
    # A new room is a new set of pages: list it here, or among the pages above.
    assert rooms - {"static", "files", "ops", "desk", "invited", "security", "inbox",
                    "passkey_login"} == {
        room for room, _ in ROOMS
    }


def test_every_page_passes_axe_and_never_scrolls_sideways(page: Page, site: Site) -> None:
    for name, address in site.pages.items():
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, name
        assert faults_of(page, is_mail=name in MAILS) == [], name


def test_every_link_that_opens_nothing_passes_too(page: Page, site: Site) -> None:
    for name, address in site.states.items():
        page.goto(address)
        assert faults_of(page) == [], name


def test_the_full_stop_after_a_masked_address_stays_on_its_line(page: Page, site: Site) -> None:
    page.set_viewport_size({"width": 320, "height": 860})
    page.goto(f"{site.pages['new_address']}")
    masked = page.locator("main .masked").first
    ends = masked.evaluate("""node => {
        node.textContent = "n…@" + "waterschap-".repeat(6) + "voorbeeld.example";
        node.after(".");
        const stop = document.createRange();
        stop.setStart(node.nextSibling, 0);
        stop.setEnd(node.nextSibling, 1);
        const whole = document.createRange();
        whole.selectNodeContents(node);
        const lines = [...whole.getClientRects()];
        return [lines.length, lines.at(-1).bottom, stop.getBoundingClientRect().bottom];
    }""")
    assert ends[0] > 1
    assert abs(ends[1] - ends[2]) < 2


def test_every_refused_form_passes_too(page: Page, site: Site) -> None:
    for address in ("/aanmelden", "/p/vdp"):
        page.goto(address)
        page.locator("#address").fill("noor")
        page.locator("#name").fill("x" * 300)
        page.locator("input[name=themes]").first.check()
        _press(page, "main form button[type=submit]")
        assert page.locator("[role=alert] li").count() == 3
        assert faults_of(page) == [], address
    page.goto("/mijn-link?taal=en")
    _press(page, "main form button[type=submit]")
    assert faults_of(page) == []
    page.goto(site.pages["leave"])
    page.locator("input[name=csrf_token]").first.evaluate("field => { field.value = 'x'; }")
    _press(page, "button[value=all]")
    assert page.locator("[role=alert]").count() == 1
    assert faults_of(page) == []


def test_a_question_that_is_no_longer_what_was_shown_is_heard_first_and_passes(
    page: Page, site: Site
) -> None:
    for address in (site.pages["confirm"], f"{site.pages['confirm']}?taal=en"):
        page.goto(address)
        page.locator("input[name=question]").evaluate("field => { field.value = 'x'; }")
        with page.expect_navigation() as came:
            page.locator("main form button[type=submit]").click()
        answer = came.value
        assert answer is not None
        assert answer.status == 409
        # A browser moves the focus when it next draws.
        expect(page.locator("[role=alert]")).to_be_focused()
        assert faults_of(page) == []


def test_who_is_asked_to_wait_sees_a_page_that_passes(page: Page) -> None:
    page.route("**/aanmelden/opgave", lambda route: route.fulfill(status=204))
    for address in ("/aanmelden", "/aanmelden", "/mijn-link", "/mijn-link"):
        page.goto(address)
        page.locator("#address").fill("noor@gemeente.example")
        with page.expect_navigation() as came:
            page.locator("main form button[type=submit]").click()
    answer = came.value
    assert answer is not None
    assert answer.status == 429
    assert faults_of(page) == []


def test_every_row_of_the_table_of_errors_has_a_page_that_passes(page: Page, site: Site) -> None:
    rows = list(ROWS.values())

    def answer(route: Route) -> None:
        told = rows[int(urlsplit(route.request.url).path.rpartition("-")[2])]
        route.fulfill(
            status=told.status, content_type="text/html", body=_shown(site, told)
        )

    # Places of their own, so that what a page fetches comes from the site.
    page.route("**/fout-*", answer)
    for number, told in enumerate(rows):
        page.goto(f"/fout-{number}")
        assert page.locator("main .soft").first.inner_text().endswith(str(told.status))
        assert faults_of(page) == [], (told.status, told.heading)


def _shown(site: Site, told: Told) -> str:
    with site.app.test_request_context("/edities/"):
        return render_template("pages/errors/page.html", told=told, again="/edities/")


def _press(page: Page, selector: str) -> None:
    with page.expect_navigation():
        page.locator(selector).first.click()
