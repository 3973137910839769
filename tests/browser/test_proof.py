"""Proof-of-work as a browser does it: unseen, by itself, and never in anybody's way."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import redis
from flask import Flask
from playwright.sync_api import Browser, Page, Request, expect
from sqlalchemy import func, select
from werkzeug.serving import make_server

from newsletter.app import create_app
from newsletter.broker import counts_url
from newsletter.extensions import db
from newsletter.subscribers.models import AddressRequest
from tests.journeys.house import free_port

BUTTON = "Vraag mijn abonnement aan"


class Served:
    """A web on a port of its own, that lets nobody in without proof."""

    def __init__(self, app: Flask, site: str) -> None:
        self.app, self.site = app, site

    def kept(self) -> int:
        """How many posts came in."""
        with self.app.app_context():
            found = db.session.scalar(select(func.count()).select_from(AddressRequest)) or 0
            db.session.remove()
            return found


@pytest.fixture
def served(make_database: Callable[[], dict[str, str]]) -> Iterator[Served]:
    port = free_port()
    settings = {**make_database(), "PUBLIC_URL": f"http://127.0.0.1:{port}"}
    with redis.Redis.from_url(counts_url(settings["REDIS_URL"])) as broker:
        broker.flushdb()
    app = create_app({**settings, "SIGNUP_WITHOUT_PROOF_PER_HOUR": "1 per hour"})
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Served(app, settings["PUBLIC_URL"])
    server.shutdown()
    thread.join()
    server.server_close()
    with app.app_context():
        db.engine.dispose()


@contextmanager
def opened(chromium: Browser, *, scripts: bool = True) -> Iterator[Page]:
    """A tab; what its scripts and the policy complain of is an error at the end."""
    context = chromium.new_context(java_script_enabled=scripts)
    page = context.new_page()
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda message: said.append(message.text)
            if "Content Security Policy" in message.text else None)
    yield page
    context.close()
    assert said == []


def fill(page: Page, address: str = "noor@gemeente.example") -> None:
    page.get_by_label("E-mailadres").fill(address)
    page.get_by_label("Stuur mij elke editie").check()
    page.locator("input[name=cadence][value=none]").check()


def press(page: Page) -> int:
    """The status of the page that comes of the button."""
    with page.expect_navigation() as came:
        page.get_by_role("button", name=BUTTON).click()
    answer = came.value
    assert answer is not None
    return answer.status


def test_with_scripts_one_pays_unseen_and_is_let_in_every_time(
    chromium: Browser, served: Served
) -> None:
    with opened(chromium) as page:
        for number in range(3):
            page.goto(f"{served.site}/aanmelden")
            fill(page, f"noor{number}@gemeente.example")
            posted: list[Request] = []
            page.on("request", lambda request, posted=posted: posted.append(request)
                    if request.method == "POST" else None)
            assert press(page) == 200
            assert page.locator("h1").inner_text() == "Kijk in je mail"
            assert "altcha=ey" in (posted[0].post_data or "")  # base64 of an object
            assert len(posted) == 1
            assert served.kept() == number + 1


def test_the_work_is_asked_at_the_first_focus_and_nothing_is_posted_by_itself(
    chromium: Browser, served: Served
) -> None:
    with opened(chromium) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(f"{request.method} {request.url}"))
        page.goto(f"{served.site}/aanmelden")
        page.wait_for_load_state("networkidle")
        assert not [each for each in asked if "opgave" in each]
        with page.expect_response("**/aanmelden/opgave"):
            page.get_by_label("E-mailadres").focus()
        page.wait_for_timeout(500)
        assert not [each for each in asked if each.startswith("POST")]
    assert served.kept() == 0


def test_without_scripts_the_same_form_posts_and_then_asks_to_wait(
    chromium: Browser, served: Served
) -> None:
    with opened(chromium, scripts=False) as page:
        page.goto(f"{served.site}/aanmelden")
        fill(page)
        assert press(page) == 200
        page.goto(f"{served.site}/aanmelden")
        fill(page, "bas@gemeente.example")
        assert press(page) == 429
        assert "Wacht een minuut" in page.get_by_role("alert").inner_text()
        assert page.get_by_label("E-mailadres").input_value() == "bas@gemeente.example"
    assert served.kept() == 1


def test_after_a_wait_was_asked_a_browser_pays_at_once(chromium: Browser, served: Served) -> None:
    with opened(chromium) as page:
        page.route("**/aanmelden/opgave", lambda route: route.abort())
        for code in (200, 429):
            page.goto(f"{served.site}/aanmelden")
            fill(page)
            assert press(page) == code  # without proof, since the challenge does not come
        page.unroute("**/aanmelden/opgave")
        assert press(page) == 200
    assert served.kept() == 2


def test_a_slow_challenge_is_told_and_two_presses_post_once(
    chromium: Browser, served: Served
) -> None:
    with opened(chromium) as page:
        held = []
        page.route("**/aanmelden/opgave", lambda route: held.append(route))
        page.goto(f"{served.site}/aanmelden")
        fill(page)
        button = page.locator("form[action='/aanmelden'] button[type=submit]")
        button.click()
        expect(page.locator("form [role=status]")).to_have_text("Even geduld")
        assert button.inner_text() == "Even geduld"
        button.click()
        with page.expect_navigation():
            held[0].continue_()
        assert page.locator("h1").inner_text() == "Kijk in je mail"
        page.go_back()
        assert button.inner_text() == BUTTON
    assert served.kept() == 1


def test_where_the_browser_has_no_web_crypto_the_form_goes_without_proof(
    chromium: Browser, served: Served
) -> None:
    with opened(chromium) as page:
        page.add_init_script("Object.defineProperty(crypto, 'subtle', { value: undefined })")
        page.goto(f"{served.site}/aanmelden")
        fill(page)
        assert press(page) == 200
    assert served.kept() == 1


def test_the_work_leaves_the_page_responsive(chromium: Browser, served: Served) -> None:
    with opened(chromium) as page:
        page.goto(f"{served.site}/aanmelden")
        # By a clock on which each look is later than a turn may take: each batch must end with one.
        done, turns = page.evaluate(
            """async (cost) => {
                let done = 0, turns = 0, now = 0;
                const digest = crypto.subtle.digest.bind(crypto.subtle);
                const wait = window.setTimeout.bind(window);
                const salt = "0".repeat(24) + "?expires=1&cost=" + cost + "&";
                const view = new Uint8Array(await digest(
                    "SHA-256", new TextEncoder().encode(salt + cost)));
                const challenge = [...view].map((b) => b.toString(16).padStart(2, "0")).join("");
                performance.now = () => { now += 31; return now; };
                crypto.subtle.digest = (...what) => { done += 1; return digest(...what); };
                window.setTimeout = (deed, after, ...rest) => {
                    if (after === undefined) turns += 1;
                    return wait(deed, after, ...rest);
                };
                window.fetch = async () => new Response(JSON.stringify({
                    algorithm: "SHA-256", challenge, salt, signature: "", maxnumber: cost }));
                document.querySelector("#address").focus();
                const until = Date.now() + 60000;
                while (done <= cost) {
                    if (Date.now() > until) throw new Error("the work did not end");
                    await new Promise((resolve) => wait(resolve, 50));
                }
                return [done, turns];
            }""",
            5000,
        )
        assert done == 5001
        assert turns >= done // 200
