"""The editorial: an editor's Markdown as safe HTML for a mail, and as plain text."""

from collections.abc import Sequence
from dataclasses import dataclass

import nh3
from markdown_it.token import Token
from markupsafe import Markup

from newsletter.emails.trusted import ours
from newsletter.mailer.plain import clean, wrap
from newsletter.markdown import parser

# Paragraphs, lists, quotes, emphasis and links. Headings would break the mail's own order of
# headings (A02); images and HTML have no place in an editorial.
_MARKDOWN = parser(without=(
    "heading", "lheading", "image", "code", "fence", "hr", "html_block", "html_inline",
))
_TAGS = {"p", "em", "strong", "a", "ul", "ol", "li", "blockquote", "br"}
_SCHEMES = {"https", "http", "mailto"}


@dataclass(frozen=True)
class Style:
    """How the parts of an editorial look: the inline style of a paragraph, a list and a link."""

    paragraph: str
    item: str
    link: str


def as_html(markdown: str, style: Style) -> Markup:
    """The editorial as HTML of an allow-list, with inline styles; safe to stand in a template."""
    html = nh3.clean(
        _MARKDOWN.render(clean(markdown)),
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes=_SCHEMES,
        link_rel=None,
    )
    # After cleaning, a `<` can only begin one of our own tags, so plain replacing is exact.
    for plain_tag, styled in (
        ("<p>", f'<p class="ink" style="{style.paragraph}">'),
        ("<li>", f'<li class="ink" style="{style.item}">'),
        ("<ul>", '<ul style="margin:0 0 14px;padding:0 0 0 22px;">'),
        ("<ol>", '<ol style="margin:0 0 14px;padding:0 0 0 22px;">'),
        ("<blockquote>", '<blockquote style="margin:0 0 14px;padding:0 0 0 22px;">'),
        ("<a href=", f'<a class="acc" style="{style.link}" href='),
        ("<br>", "<br />"),
    ):
        html = html.replace(plain_tag, styled)
    return ours(html)


def as_text(markdown: str) -> str:
    """The editorial as paragraphs of at most 72 columns, each link's address behind its words."""
    text = ""
    is_tight = was_tight = False
    markers: list[str] = []
    numbers: list[int] = []
    for token in _MARKDOWN.parse(clean(markdown)):
        if token.type == "ordered_list_open":
            numbers.append(int(token.attrGet("start") or 1))
        elif token.type == "bullet_list_open":
            numbers.append(0)
        elif token.type in ("ordered_list_close", "bullet_list_close"):
            numbers.pop()
            was_tight = False
        elif token.type == "list_item_open":
            markers.append(f"{numbers[-1]}. " if numbers[-1] else "- ")
            numbers[-1] += 1 if numbers[-1] else 0
        elif token.type == "paragraph_open":
            is_tight = token.hidden
        elif token.type == "inline":
            mark = markers.pop() if markers else ""
            words = wrap(mark + _inline(token.children or []), hanging=" " * len(mark))
            # A tight list's items follow each other without an empty line.
            gap = "\n" if is_tight and was_tight else "\n\n"
            text += gap + words if text else words
            was_tight = is_tight
    return text


def _inline(tokens: Sequence[Token]) -> str:
    words: list[str] = []
    addresses: list[str] = []
    for token in tokens:
        if token.type == "link_open":
            addresses.append(str(token.attrGet("href") or ""))
        elif token.type == "link_close":
            address = addresses.pop().removeprefix("mailto:")
            if address and address not in words[-1:]:
                words.append(f" ({address})")
        elif token.type in ("softbreak", "hardbreak"):
            words.append(" ")
        else:
            words.append(token.content)
    return "".join(words)
