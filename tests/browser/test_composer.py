"""The composer in a real browser: by keyboard alone, by dragging, by two at once, logged out."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import update

from newsletter.accounts.add import add_account
from newsletter.accounts.models import Account, RoleName
from newsletter.app import create_app
from newsletter.articles.models import Article
from newsletter.editions.models import EditionItem
from newsletter.editions.queries import get_edition
from newsletter.editions.try_links import Tried, keep_tried
from newsletter.extensions import db
from newsletter.fetching.trouble import Trouble
from tests.browser.hands import Keyboard
from tests.browser.login import log_in
from tests.browser.serving import served
from tests.browser.sight import Ears
from tests.browser.walk import Walk
from tests.journeys.house import free_port
from tests.material import NOW, article, edition, planned
from tests.second_factor import equip

PASSWORD = "een lang wachtwoord"
NOOR, PIET = "noor@redactie.example", "piet@redactie.example"
FULL, EMPTY = "/redactie/edities/90-8", "/redactie/edities/90-7"
FAULTY, LEAVES = "/redactie/edities/90-6", "/redactie/edities/90-5"
TITLES = ("Zandlopers: de Omgevingswet en veel te doen", "Een kompas voor de Wet open overheid",
          "Rotterdam bouwt aan een digitale stad", "Corona vraagt om een nieuwe lente")


@pytest.fixture(scope="module")
def desk(chromium: Browser, make_database: Callable[[], dict[str, str]]) -> Iterator[str]:
    """The web on a port of its own, with an edition of four articles and one of none."""
    # A browser that starts while time stands elsewhere waits for ever.
    assert chromium.is_connected()
    app = create_app(make_database())
    with time_machine.travel(NOW, tick=True), app.app_context():
        for email, name in ((NOOR, "Noor"), (PIET, "Piet")):
            equip(add_account(email=email, name=name, password=PASSWORD,
                              roles=[RoleName.PUBLISHER], now=NOW))
        _fill()
        db.session.commit()
        with served(app, free_port()) as address:
            yield address
        db.session.remove()
        db.engine.dispose()


def _fill() -> None:
    pieces = [_piece(title) for title in TITLES]
    full = planned(pieces, send_at=NOW + timedelta(days=7))
    full.title, full.subject = "Verbinden is ook besturen", "inGovernment 90·8: Verbinden"
    full.editorial_md = "Een stad in 3D, en [een wet](https://wetten.example/1) die begint."
    full.items[0].section = "Het gesprek"
    for item in full.items[1:]:
        item.section = "Uit de praktijk"
    empty = planned([], send_at=NOW + timedelta(days=14), number=7)
    faulty = planned(pieces, send_at=NOW + timedelta(days=3), number=6)
    faulty.title, faulty.subject = "Verbinden is ook besturen", "inGovernment 90·5: Verbinden!"
    faulty.editorial_md = "Zie [de wet](https://wetten.example/weg). [Lees meer](https://a.example)"
    keep_tried("https://wetten.example/weg", Tried(Trouble.BAD_STATUS, 404), now=NOW)
    keep_tried("https://a.example", Tried(), now=NOW)
    _piece("Nergens gebruikt")
    edition(pieces, send_at=NOW + timedelta(days=5), number=5)
    empty.title = empty.subject = empty.preheader = empty.editorial_md = ""


def _piece(title: str) -> Article:
    made = article("data")
    made.title = title
    return made


@contextmanager
def _tab(chromium: Browser, address: str, *, email: str = NOOR) -> Iterator[Page]:
    context = chromium.new_context(base_url=address, reduced_motion="reduce",
                                   viewport={"width": 1280, "height": 900})
    page = context.new_page()
    _log_in(page, email=email)
    yield page
    context.close()


def _log_in(page: Page, *, email: str = NOOR) -> None:
    # A code is good once, and these tests log in more often than each half minute.
    db.session.execute(update(Account).values(tf_last_counter=None))
    db.session.commit()
    log_in(page, email=email, password=PASSWORD)


def _said(page: Page, place: str, words: str) -> None:
    expect(page.locator(place)).to_contain_text(words)


def _order(key: str) -> list[str]:
    db.session.rollback()
    return [item.article.title for item in get_edition(key).items]


def _items(key: str) -> list[EditionItem]:
    db.session.rollback()
    return get_edition(key).items


def test_an_edition_is_composed_from_nothing_by_keyboard_alone(
    chromium: Browser, desk: str
) -> None:
    with _tab(chromium, desk) as page:
        ears, hands = Ears(page), Keyboard(page)
        page.goto(EMPTY)
        hands.fill("#title", "Een nieuw nummer")
        assert page.locator("[data-empty]").text_content() == "nog geen onderwerp"
        hands.fill("#subject", "x" * 61)
        _said(page, "#counted", "61 tekens. Dat is te lang")
        hands.fill("#subject", "inGovernment 90·7: Een nieuw nummer")
        hands.fill("#preheader", "Wat erin staat.")
        hands.fill("#editorial_md", "Dag *lezer*.")
        # What is typed is in the frame before it is saved.
        frame = page.frame_locator("iframe[name=voorbeeld]")
        frame.get_by_role("heading", name="Een nieuw nummer").wait_for()
        frame.locator("em", has_text="lezer").wait_for()
        hands.press("#texts-form [type=submit]")
        page.goto(f"{EMPTY}/artikelen?thema=data&ongebruikt=1")
        assert TITLES[0] not in page.locator("main").inner_text()
        assert "Nergens gebruikt" in page.locator("main").inner_text()
        page.goto(f"{EMPTY}/artikelen?zoek=zandlopers")
        hands.tick("input[name=article]")
        hands.press("main form[method=post] .button[type=submit]")
        page.goto(f"{EMPTY}/artikelen?zoek=kompas")
        hands.tick("input[name=article]")
        hands.press("main form[method=post] .button[type=submit]")
        # Alt and an arrow in a field of an article move it, and the page says where it is.
        section = f"#section-{_items('90-7')[1].article_id}"
        hands.fill(section, "Uit de praktijk")
        page.keyboard.press("Alt+ArrowUp")
        _said(page, "#moved", f"‘{TITLES[1]}’ staat nu op plaats 1 van 2.")
        assert _order("90-7") == [TITLES[1], TITLES[0]]
        assert page.evaluate("document.activeElement.id") == section[1:]
        hands.fill("#day", "24-11-2026")
        hands.fill("#at", "10.00")
        assert ears.said == []


def test_an_article_is_dragged_to_its_place_and_escape_lets_go(
    chromium: Browser, desk: str
) -> None:
    with _tab(chromium, desk) as page:
        ears = Ears(page)
        page.goto(FULL)
        before = _order("90-8")
        grips = page.locator(".order .grip")
        target = grips.nth(3).bounding_box()
        assert target
        for is_let_go in (True, False):
            grips.nth(1).scroll_into_view_if_needed()
            grips.nth(1).hover()
            page.mouse.down()
            there = page.locator(".order > li").nth(3).bounding_box()
            assert there
            page.mouse.move(there["x"] + 10, there["y"] + there["height"] - 5, steps=6)
            if is_let_go:
                page.keyboard.press("Escape")
            page.mouse.up()
            _said(page, "#moved", "Niet verplaatst" if is_let_go else "plaats 4 van 4")
            moved = [before[0], before[2], before[3], before[1]]
            assert _order("90-8") == (before if is_let_go else moved)
        # Taken into a section, it has that section's name; what is typed meanwhile may be saved.
        assert [item.section for item in _items("90-8")][1:] == ["Uit de praktijk"] * 3
        page.locator("#preheader").fill("Na het slepen.")
        page.get_by_role("button", name="Bewaar tekst").click()
        page.locator(".notice.done").wait_for()
        assert ears.said == []


def test_two_editors_see_each_other_and_neither_overwrites_the_other(
    chromium: Browser, desk: str
) -> None:
    with _tab(chromium, desk) as noor, _tab(chromium, desk, email=PIET) as piet:
        noor.goto(FULL)
        piet.goto(FULL)
        assert "Noor heeft deze editie nu ook open." in piet.locator("#company").inner_text()
        noor.locator("#title").fill("De titel van Noor")
        noor.get_by_role("button", name="Bewaar tekst").click()
        noor.locator(".notice.done").wait_for()
        piet.locator("#title").fill("De titel van Piet")
        piet.get_by_role("button", name="Bewaar tekst").click()
        refused = piet.locator(".notice.wrong[role=alert]")
        assert "Noor" in refused.locator("del").first.inner_text()
        assert "Piet" in refused.locator("ins").first.inner_text()
        # He goes on with hers, and finds his own back as a draft; then he chooses his own.
        refused.get_by_role("link", name="Ga verder met wat er nu staat").click()
        assert piet.locator("#title").input_value() == "De titel van Noor"
        piet.get_by_role("link", name="Ga ermee verder").click()
        assert piet.locator("#title").input_value() == "De titel van Piet"
        piet.locator("#texts-form").get_by_role("button", name="Bewaar tekst").click()
        piet.get_by_role("button", name="Bewaar mijn tekst").click()
        piet.locator(".notice.done").wait_for()
    db.session.rollback()
    assert get_edition("90-8").title == "De titel van Piet"


def test_a_move_that_keeps_an_edition_from_leaving_or_is_refused_says_so_in_sight(
    chromium: Browser, desk: str
) -> None:
    with _tab(chromium, desk) as noor, _tab(chromium, desk, email=PIET) as piet:
        for page in (noor, piet):
            page.goto(LEAVES)
            assert "Deze editie vertrekt vanzelf" in page.locator("main").inner_text()
        noor.locator(".order [value^=down]").first.click()
        noor.locator(".notice.mind", has_text="De editie vertrekt niet meer vanzelf.").wait_for()
        assert "Deze editie vertrekt vanzelf" not in noor.locator("main").inner_text()
        piet.locator(".order [value^=down]").first.click()
        refused = piet.get_by_role("alert").filter(has_text="Iemand anders heeft intussen")
        refused.wait_for()
        box, height = refused.bounding_box(), piet.viewport_size
        assert box
        assert height
        assert 0 <= box["y"] <= height["height"] - box["height"]
        refused.get_by_role("link", name="Laad de pagina opnieuw").click()
        piet.wait_for_load_state()
        assert piet.locator(".order b").first.inner_text() == TITLES[1]


def test_what_is_typed_outlives_a_session_that_ends_and_a_page_that_closes(
    chromium: Browser, desk: str
) -> None:
    with _tab(chromium, desk) as page:
        page.goto(FULL)
        page.locator("#editorial_md").fill("Dit mag niet weg.")
        _said(page, "#kept", "Concept bewaard om")
        page.context.clear_cookies()
        page.locator("#editorial_md").fill("Dit ook niet.")
        _said(page, "#kept", "Je bent uitgelogd")
        # Logged in again elsewhere, the page goes on where it was.
        other = page.context.new_page()
        _log_in(other)
        page.locator("#editorial_md").fill("Dit ook niet, en dit evenmin.")
        _said(page, "#kept", "Concept bewaard om")
        page.close(run_before_unload=False)
        other.goto(FULL)
        other.get_by_role("link", name="Ga ermee verder").click()
        assert other.locator("#editorial_md").input_value() == "Dit ook niet, en dit evenmin."
        # Without any session at all the text is given back to copy. An answer that is still under
        # way would bring the cookie back.
        other.wait_for_load_state("networkidle")
        other.context.clear_cookies()
        other.get_by_role("button", name="Bewaar tekst").click()
        other.get_by_role("heading", name="Je bent uitgelogd").wait_for()
        assert other.get_by_label("Redactioneel").input_value() == "Dit ook niet, en dit evenmin."


def test_the_preview_turns_without_losing_what_is_typed_and_makes_no_history(
    chromium: Browser, desk: str
) -> None:
    with _tab(chromium, desk) as page:
        ears = Ears(page)
        page.goto(FULL)
        steps = page.evaluate("history.length")
        page.locator("#title").fill("Nog niet bewaard")
        frame = page.frame_locator("iframe[name=voorbeeld]")
        frame.get_by_role("heading", name="Nog niet bewaard").wait_for()
        for words, seen in (("Telefoon", "h1"), ("Donker", "h1"), ("Web", "h1"),
                            ("Platte tekst", "pre")):
            page.locator(".switch").get_by_role("link", name=words, exact=True).click()
            frame.locator(seen, has_text="NOG NIET" if seen == "pre" else "Nog niet").wait_for()
            assert page.locator(".frame-head").is_visible() == (words != "Web")
        page.locator(".switch").get_by_role("link", name="English").click()
        frame.locator("pre", has_text="Read on the website").wait_for()
        assert page.evaluate("history.length") == steps
        assert page.locator("#title").input_value() == "Nog niet bewaard"
        assert ears.said == []


def test_the_composer_is_shown_in_the_guide(
    chromium: Browser, desk: str, tmp_path: Path
) -> None:
    walk = Walk(chromium, site=desk, folder=tmp_path)
    _log_in(walk.page)
    walk.open(FULL)
    walk.page.frame_locator("iframe[name=voorbeeld]").locator("h1").wait_for()
    walk.look("composer", height=1900)
    walk.open(FAULTY)
    walk.look("composer-checks", height=1000)
    walk.close()
