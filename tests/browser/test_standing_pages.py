"""The statements, the errors and the home page in a real browser: large, on a phone, on paper."""

import json
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.browser.conftest import ARGUMENTS, find_chromium
from tests.browser.walk import Walk
from tests.journeys.house import House

PAGES = ("/", "/privacy", "/cookies", "/toegankelijkheid", "/beveiliging", "/colofon",
         "/privacy?taal=en", "/edities/", "/edities/14-2", "/themas/", "/artikelen/sprongetje",
         "/nee", "/bevestigen/nee")
WIDTHS = (320, 768, 1280)
LARGE = 32  # px: 200 %, as the browser's own setting, so that media queries follow


def test_with_letters_of_double_size_no_page_scrolls_sideways(
    chromium: Browser, house: House, tmp_path: Path
) -> None:
    profile = tmp_path / "profile"
    (profile / "Default").mkdir(parents=True)
    prefer = {"webkit": {"webprefs": {"default_font_size": LARGE}}}
    (profile / "Default" / "Preferences").write_text(json.dumps(prefer), encoding="utf-8")
    context = chromium.browser_type.launch_persistent_context(
        profile, executable_path=find_chromium(), args=ARGUMENTS, base_url=house.site
    )
    page = context.new_page()
    for address in PAGES:
        page.goto(address)
        assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "32px"
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 860})
            assert _scroll_width(page) <= width, (address, width)
    context.close()


def test_the_form_stands_above_the_fold_and_comes_before_the_cover_on_a_phone(
    house: House, walks: Callable[[], Walk]
) -> None:
    page = (someone := walks()).page
    page.set_viewport_size({"width": 1280, "height": 860})
    someone.open("/")
    button, cover = page.locator(".hero form button"), page.locator(".hero svg.cover")
    assert _bottom(page, ".hero form button") < 860
    page.set_viewport_size({"width": 320, "height": 640})
    (place, other) = (button.bounding_box(), cover.bounding_box())
    assert place is not None
    assert other is not None
    assert place["y"] < min(other["y"], 2 * 640)


def test_on_paper_a_page_is_black_on_white_and_without_what_is_pressed(
    house: House, walks: Callable[[], Walk]
) -> None:
    page = (someone := walks()).page
    someone.open("/")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    for hidden in (".menu", ".hero .form", ".foot nav", ".skip"):
        assert not page.locator(hidden).is_visible(), hidden
    assert page.locator("h1").is_visible()


def _bottom(page: Page, selector: str) -> float:
    box = page.locator(selector).bounding_box()
    assert box is not None
    return box["y"] + box["height"]


def _scroll_width(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth"))
