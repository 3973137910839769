"""A page under every eye: axe and no sideways scroll, narrow and wide, light and dark, enlarged."""

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import ConsoleMessage, Error, Page

WIDTHS = (320, 768, 1280)  # px; 320 is also what 1280 is at 400 % (WCAG 2.2, 1.4.10)
SCHEMES = ("light", "dark")
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
# A mail is a fragment of the client's own page: landmarks are the client's.
OF_A_MAIL = ("region", "landmark-one-main")

_RUN = """async ([tags, without]) => {
    await Promise.allSettled(document.getAnimations().map(each => each.finished));
    const found = await axe.run(document, {
        runOnly: {type: "tag", values: tags}, resultTypes: ["violations"],
        rules: Object.fromEntries(without.map((rule) => [rule, {enabled: false}])),
    });
    return found.violations.map((one) => [one.id, one.nodes[0].html]);
}"""
_WIDTH = "document.documentElement.scrollWidth"
_WIDEST = """() => {
    const right = (node) => node.getBoundingClientRect().right;
    const widest = [...document.body.querySelectorAll("*")].reduce(
        (one, other) => right(other) > right(one) ? other : one);
    return "scrolls sideways: " + widest.outerHTML.slice(0, 120);
}"""
_LARGE = "size => { document.documentElement.style.fontSize = size; }"


class Ears:
    """What the browser complained of: scripts, policy, files that did not come."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.said: list[str] = []
        page.on("console", self._listen)
        page.on("pageerror", self._hear)

    def _listen(self, message: ConsoleMessage) -> None:
        # The status of the page itself is what a test is about; everything else is a fault.
        is_of_page = message.location.get("url") == self._page.url
        if message.type in ("error", "warning") and not (
            is_of_page and "the server responded with a status of" in message.text
        ):
            self.said.append(message.text)

    def _hear(self, error: Error) -> None:
        self.said.append(str(error))


def faults_of(page: Page, *, is_mail: bool = False) -> list[object]:
    """Everything that is wrong with the page as it stands: where, and what axe says of it."""
    if is_mail:
        # Its policy lets no script run, not even ours.
        html = page.content()
        page.goto("about:blank")
        page.set_content(html)
    page.evaluate(AXE_SCRIPT)
    wrong: list[object] = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 860})
        if is_mail and page.evaluate(_WIDTH) > width:
            wrong.append((width, page.evaluate(_WIDEST)))
        for scheme in SCHEMES:
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            found = page.evaluate(_RUN, [TAGS, OF_A_MAIL if is_mail else ()])
            wrong += [(width, scheme, *one) for one in found]
    if not is_mail:
        wrong += overflow_of(page)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1280, "height": 860})
    return wrong


def overflow_of(page: Page) -> list[tuple[int, str, str]]:
    """At which widths, and with letters of which size, it scrolls sideways, and what sticks out."""
    wrong: list[tuple[int, str, str]] = []
    for width, size in (*((width, "100%") for width in WIDTHS), (WIDTHS[0], "200%")):
        page.set_viewport_size({"width": width, "height": 860})
        page.evaluate(_LARGE, size)
        if page.evaluate(_WIDTH) > width:
            wrong.append((width, size, page.evaluate(_WIDEST)))
    page.evaluate(_LARGE, "")
    page.set_viewport_size({"width": 1280, "height": 860})
    return wrong
