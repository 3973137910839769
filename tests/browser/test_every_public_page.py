"""Every public page and every state it may be in, in a real browser: axe, narrow, large (A02).

The table of URLs is read: a new page that is not opened here turns the suite red.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Thread
from urllib.parse import urlsplit

import pytest
import redis
import time_machine
from flask import Flask, render_template
from playwright.sync_api import Browser, Page, Route
from sqlalchemy import select
from werkzeug.serving import make_server

from newsletter.app import create_app
from newsletter.broker import counts_url
from newsletter.core import signer
from newsletter.deliveries.models import Delivery, MailKind
from newsletter.extensions import db
from newsletter.subscribers.change_address import ask_change, confirm_change
from newsletter.subscribers.models import MailFormat, Sector, Subscription
from newsletter.tokens import Purpose
from newsletter.web.blueprints import MAGAZINE, MAILED, READER
from newsletter.web.errors import PAGES, STATUSES, Told
from tests.browser.sight import Ears, faults_of
from tests.corrections import sent_and_corrected
from tests.material import NOW, article, choices, confirm_token, edition, reader, sign_up
from tests.web.reader.life import choices_of, data_of, rich_life

# Files for programs, and what is saved to a disk.
FILES = {"consent_key", "challenge", "receipt", "export_json", "export_zip"}
MAILS = {"edition_mail", "edition_version_mail", "my_mail_html"}
ROOMS = (("magazine", MAGAZINE), ("reader", (*READER, *MAILED)))
ROWS = {id(told): told for told in (*PAGES.values(), *STATUSES.values()) if told.heading}
LONG_AGO = NOW - timedelta(days=40)


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
            pages, states = _addresses()
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
        assert page.evaluate("document.activeElement.getAttribute('role')") == "alert"
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


def _addresses() -> tuple[dict[str, str], dict[str, str]]:
    plain = reader("data")
    plain.format = MailFormat.TEXT
    life = rich_life(db.session())
    anne = life.subscription
    pending, late, doubtful = (
        sign_up(f"{name}@gemeente.example", choices("data"))
        for name in ("wacht", "laat", "twijfel")
    )
    person = pending.subscriber
    person.name, person.organisation, person.sector = "Anna de Wit", "w" * 200, Sector.UITVOERING
    mover, moved, fresh, gone = (reader("data", "leiderschap") for _ in range(4))
    asked = ask_change(mover, "nieuw@provincie.example", signer=signer(), now=NOW)
    done = ask_change(moved, "elders@provincie.example", signer=signer(), now=NOW)
    db.session.flush()
    sent_and_corrected(edition([article("data")], number=7), now=NOW)
    confirm_change(_new_side(done.id), signer=signer(), now=NOW)
    gone.subscriber.address = gone.subscriber.identity = gone.subscriber.mailbox = None
    manage, data = choices_of(anne), data_of(anne)
    leave = f"/afmelden/{signer().make(Purpose.LEAVE_DIGESTS, anne.subscriber_id)}"
    pages = {
        "home": "/", "editions": "/edities/", "edition": "/edities/14-2",
        "edition_mail": "/edities/90-8/mail", "article": "/artikelen/sprongetje",
        "edition_version": "/edities/90-7/versies/1",
        "edition_version_mail": "/edities/90-7/versies/1/mail",
        "themes": "/themas/", "theme": "/themas/data", "privacy": "/privacy",
        "cookies": "/cookies", "security": "/beveiliging", "colophon": "/colofon",
        "accessibility": "/toegankelijkheid",
        "subscribe": "/aanmelden", "subscribed": "/aanmelden/gelukt",
        "partner": "/p/vdp", "partner_embed": "/p/vdp/insluiten", "embed": "/insluiten",
        "embedded": "/insluiten/aanmelden", "ask_link": "/mijn-link",
        "link_sent": "/mijn-link/verstuurd", "erased": "/mijn-gegevens/gewist",
        "useful": "/nuttig/edition.90-8", "useful_thanks": "/nuttig/edition.90-8/dank",
        "confirm": f"/bevestigen/{confirm_token(pending, issued_at=NOW)}",
        "preferences": manage, "stop": f"{manage}/stoppen", "pause": f"{manage}/pauze",
        "resume": f"{manage}/hervatten", "fresh_link": f"{manage}/mijn-gegevens",
        "undo_stop": f"{manage}/terug", "stop_reason": f"{manage}/reden",
        "leave": leave, "undo_leaving": f"{leave}/terug", "leaving_reason": f"{leave}/reden",
        "confirm_address": f"/adres/{_new_side(asked.id)}",
        "undo_address": f"/adres/terug/{signer().make(Purpose.UNDO_ADDRESS, done.id)}",
        "personal": data, "new_address": f"{data}/adres?gevraagd=1", "my_mails": f"{data}/mails",
        "my_mail": f"{data}/mail/{life.mails[MailKind.EDITION]}", "erase": f"{data}/wissen",
        "my_mail_html": f"{data}/mail/{life.mails[MailKind.EDITION]}/html",
    }
    states = {
        "nowhere": "/nee", "nowhere in english": "/nee?taal=en",
        "home in english": "/?taal=en", "sign-up in english": "/aanmelden?taal=en",
        "privacy in english": "/privacy?taal=en", "no such partner": "/p/nee",
        "no such edition": "/edities/nee", "edition, corrected": "/edities/90-7",
        "useful, in english": "/nuttig/edition.90-8?taal=en", "useful, unknown": "/nuttig/nee",
        "confirmation, invalid": "/bevestigen/nee",
        "confirmation, expired": f"/bevestigen/{confirm_token(late, issued_at=LONG_AGO)}",
        "confirmation, superseded": f"/bevestigen/{_older(doubtful)}",
        "choices, invalid": "/voorkeuren/nee", "choices, in english": f"{manage}?taal=en",
        "choices, pending": choices_of(pending),
        "leaving, invalid": "/afmelden/nee",
        "data, invalid": "/mijn-gegevens/nee",
        "data, expired": data_of(anne, minutes_ago=45),
        "data, nothing sent": data_of(fresh), "mails, none": f"{data_of(fresh)}/mails",
        "data, in english": f"{data}?taal=en", "link sent": f"{manage}/mijn-gegevens?verstuurd=1",
        "new address, invalid": "/adres/nee", "old address, invalid": "/adres/terug/nee",
        "new address, expired": f"/adres/{_new_side(asked.id, issued_at=LONG_AGO)}",
        "new address, confirmed": f"/adres/{_new_side(done.id)}",
        "choices, erased": choices_of(gone), "data, erased in english": f"{data_of(gone)}?taal=en",
        "choices, of the address before": f"/voorkeuren/{_made(Purpose.MANAGE, moved)}",
        "mail in text": f"{data_of(plain)}/mail/{_edition_of(plain)}",
        "sign-up, from a theme": "/aanmelden?thema=leiderschap",
    }
    db.session.commit()
    return pages, states


def _made(purpose: Purpose, subscription: Subscription) -> str:
    return signer().make(purpose, subscription.subscriber_id)


def _edition_of(subscription: Subscription) -> int:
    return db.session.scalars(
        select(Delivery.id).where(Delivery.subscriber_id == subscription.subscriber_id,
                                  Delivery.kind == MailKind.EDITION).limit(1)
    ).one()


def _new_side(change_id: int, issued_at: datetime = NOW) -> str:
    return signer().make(Purpose.CONFIRM_ADDRESS, change_id, issued_at=issued_at)


def _older(subscription: Subscription) -> str:
    """A confirmation link from before the one that counts now."""
    token = confirm_token(subscription, issued_at=NOW)
    subscription.confirm_nonce += 1
    return token


def _press(page: Page, selector: str) -> None:
    with page.expect_navigation():
        page.locator(selector).first.click()
