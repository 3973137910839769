"""Every kind of mail in a real browser: axe in light and dark, and no sideways scroll (A02)."""

from collections.abc import Iterator
from itertools import product

import pytest
from playwright.sync_api import Browser, Page

from newsletter.deliveries.models import MailKind
from newsletter.emails.words import LANGUAGES
from tests.browser.accessible import assert_accessible
from tests.emails.material import catch_up, html_of, mail_of

# A mail is a fragment of the client's own page: landmarks are the client's.
OPTIONS = {"rules": {"region": {"enabled": False}, "landmark-one-main": {"enabled": False}}}


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context()
    # Nothing in a mail may be fetched from anywhere (P04).
    context.route("**/*", lambda route: route.abort())
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", MailKind)
def test_axe_finds_nothing_in_light_and_dark(page: Page, kind: MailKind, language: str) -> None:
    _assert_fine(page, html_of(mail_of(kind, language)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_in_a_catch_up(page: Page, language: str) -> None:
    _assert_fine(page, html_of(catch_up(language)))


def _assert_fine(page: Page, html: str) -> None:
    for scheme, width in product(("light", "dark"), (320, 768, 1280)):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.set_viewport_size({"width": width, "height": 900})
        page.set_content(html)
        assert_accessible(page, (scheme, width), OPTIONS)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
