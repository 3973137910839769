"""Nothing that a mail needs rests on what Outlook for Windows or Gmail lacks (M13).

Outlook for Windows lays out with Word's engine; Gmail shows mail of other providers without any
style sheet. What is called EXTRA may fall away: its words say what a reader then sees.
"""

import re

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from newsletter.deliveries.models import MailKind
from newsletter.emails.words import LANGUAGES
from tests.emails.material import html_of, mail_of

# Properties that both do as they are used here.
BOTH = {
    "background", "background-color", "border-top", "color", "direction", "font-family",
    "font-size", "font-style", "font-weight", "letter-spacing", "line-height", "margin",
    "padding", "text-align", "text-decoration", "vertical-align", "width",
}
EXTRA = {
    "border-radius": "a button with square corners",
    "display": "a link as wide as its words; its cell has the room, by mso-padding-alt",
    "height": "nothing: in Outlook an image has the size of its attributes",
    "max-height": "nothing: the hidden first line is hidden by more than this",
    "max-width": "nothing: in Outlook a table around it has the width",
    "overflow": "nothing: the hidden first line again",
    "white-space": "an ISSN that may break over two lines",
    "word-break": "a word that is longer than its line",
    "word-spacing": "spaces as wide as in other words",
    "mso-hide": "only Outlook knows it",
    "mso-line-height-rule": "only Outlook knows it",
    "mso-padding-alt": "only Outlook knows it",
}
TAGS = {
    "html", "head", "title", "meta", "style", "body", "table", "tbody", "tr", "td", "div", "p",
    "span", "strong", "em", "a", "h1", "h2", "h3", "ul", "li",
    "img",
}
# Gmail drops a longer style sheet, and one with an at-rule inside another.
LONGEST_STYLE = 8_192

every_mail = pytest.mark.parametrize(
    "html",
    [
        pytest.param(html_of(mail_of(kind, language)), id=f"{kind}-{language}")
        for kind in MailKind
        for language in LANGUAGES
    ],
)


def nodes(html: str) -> list[LexborNode]:
    """The elements, without comments: those of Outlook's own branches stand in comments."""
    root = LexborHTMLParser(html).root
    assert root is not None
    return [node for node in root.traverse() if re.fullmatch(r"\w+", node.tag or "")]


def style_of(node: LexborNode) -> dict[str, str]:
    """An element's own style, by property."""
    given = (node.attributes.get("style") or "").split(";")
    pairs = (part.partition(":") for part in given if part.strip())
    return {name.strip(): value.strip() for name, _, value in pairs}


def inherited(node: LexborNode | None, name: str) -> str | None:
    """The value that holds for it without any style sheet."""
    while node is not None:
        found = style_of(node).get(name)
        if found is not None:
            return found
        node = node.parent
    return None


@every_mail
def test_only_elements_and_properties_that_are_known_to_work_are_used(html: str) -> None:
    assert {node.tag for node in nodes(html)} <= TAGS
    used = {name for node in nodes(html) for name in style_of(node)}
    assert used <= BOTH | set(EXTRA)
    assert not re.search(r"(flex|grid|position:|float:|var\(|calc\(|url\()", html)


@every_mail
def test_without_a_style_sheet_words_have_font_size_and_colour(html: str) -> None:
    for node in nodes(html):
        if node.tag in ("p", "h1", "h2", "h3", "li", "a"):
            for name in ("font-family", "font-size", "line-height", "color"):
                assert inherited(node, name), (node.html, name)


@every_mail
def test_outlook_gets_room_from_cells_and_width_from_tables(html: str) -> None:
    for node in nodes(html):
        style = style_of(node)
        room = style.get("padding", "0").strip("0px ")
        if node.tag not in ("td", "body") and room:
            cell = node.parent
            assert node.tag in ("a", "ul"), node.html
            assert cell is not None
            if node.tag == "a":
                assert style_of(cell).get("mso-padding-alt") == style["padding"]
        if "max-width" in style and "display" not in style:
            assert style["max-width"] == "600px"
    assert re.search(r"<!--\[if mso \| IE\]><table [^>]*width=\"600\"", html)


@every_mail
def test_tables_are_for_layout_only_and_say_so(html: str) -> None:
    tables = [node for node in nodes(html) if node.tag == "table"]
    assert tables
    assert all(node.attributes.get("role") == "presentation" for node in tables)


@every_mail
def test_the_style_sheet_is_one_that_gmail_keeps_and_only_adds(html: str) -> None:
    sheets = re.findall(r"<style[^>]*>(.*?)</style>", html, re.DOTALL)
    assert sum(map(len, sheets)) <= LONGEST_STYLE
    for sheet in sheets:
        assert sheet.count("{") == sheet.count("}")
        for _, inner in re.findall(r"@media([^{]*)\{((?:[^{}]*\{[^{}]*\})*)", sheet):
            assert "@" not in inner
        assert set(re.findall(r"@[\w-]+", sheet)) <= {"@media"}
    # Content is never hidden, moved or made by it.
    assert not re.search(r"display:\s*none|content:|position:|visibility:", "".join(sheets))
