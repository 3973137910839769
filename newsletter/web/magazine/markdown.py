"""Editors' Markdown as HTML for a page: headings one level down, only what the allow-list names."""

import nh3
from markupsafe import Markup

from newsletter.markdown import parser

_PARSER = parser()
_TAGS = {"p", "br", "em", "strong", "a", "ul", "ol", "li", "blockquote", "h2", "h3", "code", "hr"}
# A page has one h1 and an article's own headings begin below it.
_DOWN = {"h1": "h2", "h2": "h3", "h3": "h3", "h4": "h3", "h5": "h3", "h6": "h3"}


def to_html(text: str) -> Markup:
    """Safe HTML of the Markdown; raw HTML in it is shown as text, never carried out (S09)."""
    tokens = _PARSER.parse(text)
    for token in tokens:
        token.tag = _DOWN.get(token.tag, token.tag)
    rendered = _PARSER.renderer.render(tokens, _PARSER.options, {})
    return Markup(  # noqa: S704 - just cleaned
        nh3.clean(
            rendered,
            tags=_TAGS,
            attributes={"a": {"href", "title"}},
            url_schemes={"https", "http", "mailto"},
            link_rel="noopener",
        )
    )
