"""What axe finds on a page that has come to rest."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# A colour half-way between two schemes is nobody's contrast: transitions end first.
_AT_REST = "Promise.allSettled(document.getAnimations().map(each => each.finished)).then(() => 0)"


def assert_accessible(page: Page, name: object, options: dict[str, object] | None = None) -> None:
    """Fail with each rule of axe that is broken and the first element that breaks it.

    `name` says in the failure where it was seen; the page must run scripts.
    """
    page.evaluate(_AT_REST)
    found = Axe().run(page, options=options).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == [], name
