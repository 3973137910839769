"""Somebody in a real browser, whose every page is looked at: axe, sideways scroll, errors."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, Error, Page

from tests.browser.accessible import assert_accessible

UPDATE = os.environ.get("UPDATE_PICTURES") == "1"
DOCS = Path(__file__).resolve().parents[2] / "docs" / "pictures"
WIDTHS = {1280: 860, 320: 640}  # with their heights, in px
SCHEMES = ("light", "dark")
# Both schemes and both widths, in as few runs as cover them.
AXE_AT = ((1280, "light"), (320, "dark"))
# A mail is a fragment of the client's own page: landmarks are the client's.
MAIL_RULES = {"rules": {"region": {"enabled": False}, "landmark-one-main": {"enabled": False}}}
MAIL_WIDTH = 700
# What the documents show, of all that is looked at; the rest goes to a temporary folder.
SHOWN = frozenset({
    "home", "sign-up", "sign-up-refused", "check-mail", "confirm", "preferences", "my-data",
    "my-mails", "left", "partner", "desk", "mailing", "mail-edition", "mail-confirmation",
    "mail-welcome", "figures", "report", "useful",
    "mailing-running", "mailing-paused", "mailing-corrected", "correction",
    "desk-today", "year-plan",
    "composer", "composer-checks", "approval", "dossier",
})


class Walk:
    """One person's tab. Pictures go to `folder`, those of the documents to docs/ when asked."""

    def __init__(self, browser: Browser, *, site: str, folder: Path) -> None:
        self.site = site
        self._folder = folder
        # A colour in mid-change has a contrast that no reader sees.
        self._context = browser.new_context(base_url=site, reduced_motion="reduce")
        self._said: list[str] = []
        self.page: Page = self._context.new_page()
        self.page.on("console", self._listen)
        self.page.on("pageerror", self._hear)

    def close(self) -> None:
        """Leave."""
        self._context.close()

    def open(self, address: str) -> None:
        """Go to an address."""
        answer = self.page.goto(address)
        assert answer is not None
        assert answer.ok, f"{address} answered {answer.status}"

    def press(self, name: str) -> None:
        """Press the button with these words by keyboard, and wait for the page that comes of it.

        By keyboard, for a frame that comes late moves what a mouse would point at.
        """
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name, exact=True).press("Enter")

    def follow(self, selector: str) -> None:
        """Open the first such link by keyboard, as who uses no mouse does."""
        with self.page.expect_navigation():
            self.page.locator(selector).first.press("Enter")

    def heading(self) -> str:
        """The words of the h1."""
        return self.page.locator("h1").inner_text()

    def look(self, name: str, *, height: int | None = None) -> None:
        """Look at the page as it stands, in light and dark, wide and narrow."""
        for width, usual in WIDTHS.items():
            for scheme in SCHEMES:
                with self._seen_at(width, height or usual, scheme):
                    assert self._scroll_width() <= width, f"{name} scrolls sideways at {width}"
                    if (width, scheme) in AXE_AT:
                        assert_accessible(self.page, name)
                    if (width, scheme) in AXE_AT or UPDATE:
                        self.page.screenshot(path=self._path(name, width, scheme))
        assert self._said == [], f"the browser complained on {name}: {self._said}"

    def look_at_mail(self, name: str, html: str) -> None:
        """The same for a mail by itself, at the width of a mail program."""
        for width, scheme in ((MAIL_WIDTH, "light"), (320, "dark")):
            with self._seen_at(width, 1100, scheme):
                self.page.set_content(html)
                assert self._scroll_width() <= width, f"{name} scrolls sideways at {width}"
                assert_accessible(self.page, name, MAIL_RULES)
                self.page.screenshot(path=self._path(name, width, scheme))

    @contextmanager
    def _seen_at(self, width: int, height: int, scheme: str) -> Iterator[None]:
        self.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        self.page.set_viewport_size({"width": width, "height": height})
        yield
        self.page.emulate_media(color_scheme="light")
        self.page.set_viewport_size({"width": 1280, "height": WIDTHS[1280]})

    def _scroll_width(self) -> int:
        return int(self.page.evaluate("document.documentElement.scrollWidth"))

    def _path(self, name: str, width: int, scheme: str) -> Path:
        main = (MAIL_WIDTH if name.startswith("mail-") else 1280, "light")
        if UPDATE and name in SHOWN:
            if (width, scheme) == main:
                return DOCS / f"{name}.png"
            if (width, scheme) == (320, "dark"):
                return DOCS / f"{name}-320-dark.png"
        return self._folder / f"{name}-{width}-{scheme}.png"

    def _listen(self, message: ConsoleMessage) -> None:
        # That a page answered 400 is what the test is about; everything else is a fault.
        is_of_page = message.location.get("url") == self.page.url
        if message.type == "error" and not (is_of_page and "status of 4" in message.text):
            self._said.append(message.text)

    def _hear(self, error: Error) -> None:
        self._said.append(str(error))
