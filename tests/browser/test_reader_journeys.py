"""A reader's whole life in a real browser: by pointer without and with scripts, and by keyboard.

From the first sign-up to the erasure and the sign-up after it, in both languages; the mails come
from the local inbox of a running house.
"""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from newsletter import clock
from newsletter.articles.models import Article
from newsletter.core import create_core
from newsletter.extensions import db
from newsletter.local.show.browser import Visitor
from newsletter.local.show.mails import Inbox
from newsletter.transaction import transaction
from tests import material
from tests.browser.hands import Hands, Keyboard, Pointer
from tests.browser.mailbox import Post
from tests.browser.sight import Ears
from tests.faults.parts import WORKERS
from tests.journeys.house import House, free_port

PARTS = ("inbox", "web", *WORKERS, "beat")
LIMITS = {
    "SIGNUP_PER_HOUR": "1000 per hour", "SIGNUP_WITHOUT_PROOF_PER_HOUR": "1000 per hour",
    "SIGNUP_GLOBAL_PER_MINUTE": "1000 per minute",
}
_number = count(1)


class Home(NamedTuple):
    """A running house and its settings."""

    house: House
    environ: dict[str, str]


class Walker(NamedTuple):
    """One way to go through it all."""

    name: str
    language: str
    has_scripts: bool
    hands: Callable[[Page], Hands]

    def at(self, path: str) -> str:
        """The address of a page in this reader's language."""
        return path if self.language == "nl" else f"{path}?taal={self.language}"


WALKERS = (
    Walker("scripts-nl", "nl", True, Pointer),
    Walker("scripts-en", "en", True, Pointer),
    Walker("no-scripts-nl", "nl", False, Pointer),
    Walker("no-scripts-en", "en", False, Pointer),
    Walker("keyboard-nl", "nl", True, Keyboard),
)


@pytest.fixture(scope="module")
def home(
    make_database: Callable[[], dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Home]:
    """One house for all walks."""
    folder = tmp_path_factory.mktemp("house")
    (folder / "state").mkdir()
    environ = {
        **make_database(), **LIMITS, "STATE": str(folder / "state"),
        "INBOX_PORT": str(free_port()), "ERASED_IDS": str(folder / "erased.ids"),
    }
    with House(environ, folder, parts=PARTS) as opened:
        yield Home(opened, environ)


@pytest.fixture
def post(home: Home) -> Iterator[Post]:
    with Visitor(home.house.site) as looker:
        yield Post(Inbox(looker))


@pytest.fixture(params=WALKERS, ids=lambda walker: walker.name)
def walker(request: pytest.FixtureRequest) -> Walker:
    found: Walker = request.param
    return found


@pytest.fixture
def hands(chromium: Browser, home: Home, walker: Walker) -> Iterator[Hands]:
    """A tab of her own; at the end nothing was complained of on any page."""
    context = chromium.new_context(
        base_url=home.house.site, java_script_enabled=walker.has_scripts, reduced_motion="reduce"
    )
    page = context.new_page()
    ears = Ears(page)
    yield walker.hands(page)
    context.close()
    assert ears.said == []


def test_a_reader_signs_up_chooses_moves_leaves_is_erased_and_begins_again(
    home: Home, hands: Hands, walker: Walker, post: Post
) -> None:
    address, other = (f"{walker.name}.{part}@gemeente.example" for part in ("noor", "thuis"))
    _sign_up(hands, walker, address)
    _confirm(hands, walker, post, address)
    manage = post.link(address, "/voorkeuren/")  # before the edition, which holds one too
    edition = _send_edition(home)
    # Who pauses before it is planned would not get it.
    leave = post.link(address, "/afmelden/")
    _choose_and_pause(hands, walker, manage)
    _ask_data(hands, manage)
    _look_at_data(hands, walker, post.link(address, "/mijn-gegevens/"), edition)
    manage = _move_and_back(hands, walker, post, address, other)
    _leave_and_return(hands, walker, leave)
    _leave_for_good(hands, walker, leave)
    _erase(hands, walker, post, address, manage)
    _sign_up(hands, walker, address)
    _confirm(hands, walker, post, address)


def _sign_up(hands: Hands, walker: Walker, address: str) -> None:
    page = hands.page
    page.goto(walker.at("/aanmelden"))
    submit = "main form button[type=submit]"
    hands.fill("#address", "noor")
    hands.fill("#organisation", "Gemeente Hier")
    hands.tick("input[name=themes][value=data]")
    hands.press(submit)
    # Two things are wrong. The summary has the focus, and each of its links leads to its field.
    expect(page.locator("[role=alert]")).to_be_focused()
    assert page.locator("[role=alert] li a").count() == 2
    assert page.locator("#address").input_value() == "noor"
    assert page.locator("#organisation").input_value() == "Gemeente Hier"
    assert page.locator("input[name=themes][value=data]").is_checked()
    page.locator("[role=alert] li a").first.press("Enter")
    expect(page.locator("#address")).to_be_focused()
    hands.fill("#address", address)
    hands.tick("#editions")
    hands.choose("cadence", "weekly")
    hands.press(submit)
    _is(hands, walker, "Kijk in je mail", "Check your mail")


def _confirm(hands: Hands, walker: Walker, post: Post, address: str) -> None:
    link = post.link(address, "/bevestigen/")
    hands.page.goto(link)
    _is(hands, walker, "Nog één klik", None)
    assert address not in hands.page.content()
    hands.press("form[action*='/bevestigen/'] button")
    _is(hands, walker, "Je bent abonnee", None)
    hands.page.goto(link)
    _is(hands, walker, "Je bent al abonnee", None)


def _choose_and_pause(hands: Hands, walker: Walker, manage: str) -> None:
    page = hands.page
    page.goto(manage)
    _is(hands, walker, "Jouw abonnement", None)
    hands.tick("input[name=themes][value=leiderschap]")
    hands.choose("cadence", "monthly")
    hands.press("form:has(#plain) button[type=submit]")
    assert page.locator(".notice.done").count() == 1
    assert page.locator("input[name=cadence][value=monthly]").is_checked()
    hands.fill("#until", "morgen")
    hands.press("form:has(#until) button")
    expect(page.locator("[role=alert]")).to_be_focused()
    assert page.locator("#until").input_value() == "morgen"
    day = clock.local(clock.now() + timedelta(days=40))
    hands.fill("#until", f"{day.day}-{day.month}-{day.year}")
    hands.press("form:has(#until) button")
    assert page.locator(".notice.done").count() == 1
    hands.press("form[action*='/hervatten'] button")
    assert page.locator(".notice.done").count() == 1
    assert page.locator("form[action*='/hervatten']").count() == 0


def _ask_data(hands: Hands, manage: str) -> None:
    hands.page.goto(manage)
    hands.press("form[action*='/mijn-gegevens'] button")
    assert "verstuurd" in hands.page.url


def _look_at_data(hands: Hands, walker: Walker, data: str, edition: str) -> None:
    page = hands.page
    page.goto(data)
    _is(hands, walker, "Mijn gegevens", None)
    assert page.locator("#organisation").input_value() == "Gemeente Hier"
    hands.fill("#name", "Noor de Wit")
    hands.press("form:has(#name) button")
    assert page.locator(".notice.done").count() == 1
    assert page.locator("#name").input_value() == "Noor de Wit"
    # Asked, given, changed, paused, resumed.
    assert page.locator(".story > li").count() == 5
    receipt = json.loads(hands.download("a[href*='/bewijs.json']"))
    export = json.loads(hands.download("a[href*='/gegevens.json']"))
    assert receipt
    assert "Noor de Wit" in json.dumps(export)
    assert hands.download("a[href*='/gegevens.zip']").startswith(b"PK")
    hands.press("table a[href*='/mail/']")
    assert edition in page.frame_locator("main iframe").locator("body").inner_text()
    page.goto(data)


def _move_and_back(
    hands: Hands, walker: Walker, post: Post, address: str, other: str
) -> str:
    """Gives the new link to her choices: those in earlier mails open nothing any more."""
    hands.fill("#address", other)
    hands.press("form[action*='/adres'] button")
    assert other not in hands.page.content()
    hands.page.goto(post.link(other, "/adres/"))
    _is(hands, walker, "Voortaan op dit adres?", None)
    hands.press("form[action*='/adres/'] button")
    _is(hands, walker, "Je adres is veranderd", None)
    hands.page.goto(post.link(address, "/adres/terug/"))
    hands.press("form[action*='/adres/terug/'] button")
    _is(hands, walker, "Je oude adres staat terug", None)
    hands.press("main a[href*='/voorkeuren/']")
    _is(hands, walker, "Jouw abonnement", None)
    return hands.page.url


def _leave_and_return(hands: Hands, walker: Walker, leave: str) -> None:
    page = hands.page
    page.goto(leave)
    hands.press("button[name=what][value=all]")
    _is(hands, walker, "Je bent afgemeld", None)
    hands.choose("reason", "other_work")
    hands.press("form[action*='/reden'] button")
    assert page.locator(".notice.done").count() == 1
    hands.press("button[value=as_it_was]")
    _is(hands, walker, "Je leest weer mee", None)


def _leave_for_good(hands: Hands, walker: Walker, leave: str) -> None:
    hands.page.goto(leave)
    hands.press("button[name=what][value=all]")
    _is(hands, walker, "Je bent afgemeld", None)


def _erase(hands: Hands, walker: Walker, post: Post, address: str, manage: str) -> None:
    page = hands.page
    _ask_data(hands, manage)
    data = post.link(address, "/mijn-gegevens/")
    page.goto(data)
    hands.press("a[href*='/wissen']")
    hands.press("form[action*='/wissen'] button")
    _is(hands, walker, "Je gegevens zijn gewist", None)
    for dead in (data, manage):
        answer = page.goto(dead)
        assert answer is not None
        assert answer.status in (404, 410)


def _send_edition(home: Home) -> str:
    """Lets an edition become due, and gives the title of its article."""
    # Approved under the addresses that the house itself has: a mail with others is another mail.
    core = create_core({**home.environ, "PUBLIC_URL": home.house.site})
    with core.app_context():
        with transaction():
            now = clock.now()
            article = db.session.scalars(select(Article).order_by(Article.id).limit(1)).one()
            title = article.title
            material.edition([article], send_at=now, number=next(_number))
        db.session.remove()
        db.engine.dispose()
    return title


def _is(hands: Hands, walker: Walker, dutch: str, english: str | None) -> None:
    """Which page this is; in English when it has other words than the Dutch one."""
    heading = hands.page.locator("h1").inner_text()
    assert hands.page.locator("html").get_attribute("lang") == walker.language
    assert (heading == dutch) == (walker.language == "nl"), heading
    assert english is None or walker.language == "nl" or heading == english
