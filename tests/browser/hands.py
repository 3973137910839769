"""Two ways to use a page: with a pointer, and with nothing but the keyboard (A01)."""

from collections.abc import Callable
from typing import Protocol

from playwright.sync_api import Page

MOST_STOPS = 150  # no page of ours has as many things to press

# What holds the focus: whether it is what we look for, and whether a person sees where she is.
_FOCUS = """selector => {
    const held = document.activeElement;
    if (!held || held === document.body) return null;
    const style = getComputedStyle(held), box = held.getBoundingClientRect();
    return {
        found: held.matches(selector),
        marked: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
        inView: box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth,
        what: held.outerHTML.slice(0, 120),
    };
}"""


class Hands(Protocol):
    """What a reader does on a page; every selector names one thing."""

    page: Page

    def fill(self, selector: str, words: str) -> None:
        """Put these words in a field, in the place of what stands there."""

    def tick(self, selector: str) -> None:
        """Turn a checkbox on."""

    def choose(self, name: str, value: str) -> None:
        """Choose one of a group of radios."""

    def press(self, selector: str) -> None:
        """Press a button or a link, and wait for the page that comes of it."""

    def download(self, selector: str) -> bytes:
        """Press a link to a file, and read what came."""


class Pointer:
    """With a mouse, or a finger."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def fill(self, selector: str, words: str) -> None:
        self.page.locator(selector).fill(words)

    def tick(self, selector: str) -> None:
        self.page.locator(selector).check()

    def choose(self, name: str, value: str) -> None:
        self.page.locator(f"input[name={name}][value={value}]").check()

    def press(self, selector: str) -> None:
        with self.page.expect_navigation():
            self.page.locator(selector).first.click()

    def download(self, selector: str) -> bytes:
        return _downloaded(self.page, self.page.locator(selector).click)


class Keyboard:
    """With Tab, arrows, Space and Enter; at every stop it must be plain to see where she is."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def fill(self, selector: str, words: str) -> None:
        self._reach(selector)
        self.page.keyboard.press("ControlOrMeta+A")
        self.page.keyboard.type(words)

    def tick(self, selector: str) -> None:
        self._reach(selector)
        if not self.page.locator(selector).is_checked():
            self.page.keyboard.press("Space")
        assert self.page.locator(selector).is_checked()

    def choose(self, name: str, value: str) -> None:
        self._reach(f"input[name={name}]")
        wanted = self.page.locator(f"input[name={name}][value={value}]")
        self.page.keyboard.press("Space")
        for _ in range(self.page.locator(f"input[name={name}]").count()):
            if wanted.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        assert wanted.is_checked()

    def press(self, selector: str) -> None:
        self._reach(selector)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def download(self, selector: str) -> bytes:
        self._reach(selector)
        return _downloaded(self.page, lambda: self.page.keyboard.press("Enter"))

    def _reach(self, selector: str) -> None:
        """Tab until the focus is there."""
        for _ in range(MOST_STOPS):
            if self._is_at(selector):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab never comes to {selector} on {self.page.url}")

    def _is_at(self, selector: str) -> bool:
        held = self.page.evaluate(_FOCUS, selector)
        if held is None:
            return False
        assert held["marked"], f"no outline on {held['what']}"
        assert held["inView"], f"out of sight: {held['what']}"
        return bool(held["found"])


def _downloaded(page: Page, press: Callable[[], None]) -> bytes:
    with page.expect_download() as coming:
        press()
    return coming.value.path().read_bytes()
