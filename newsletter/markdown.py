"""The parsers of Markdown: CommonMark without HTML, which no text can hold up.

From each `[` on a parser looks for its end, at every depth anew: a body of brackets alone took
seconds at every page that shows it. What a writer writes needs a hundredth of what is read here.
"""

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

MOST_WITHIN = 250_000  # characters between brackets of one text, each pair counted anew
_BRACKET = re.compile(r"\\.|[\[\]]", re.DOTALL)


def parser(*, without: Sequence[str] = ()) -> MarkdownIt:
    """A parser that leaves out these rules, and reads what is all brackets as it is."""
    made = MarkdownIt("commonmark", {"html": False}).disable(list(without))
    made.core.ruler.at("inline", _inline)
    return made


def _inline(state: StateCore) -> None:
    """Within paragraphs and headings; those past the most are words, without links or emphasis."""
    spent = 0
    for token in state.tokens:
        if token.type != "inline":
            continue
        token.children, here = [], within_brackets(token.content)
        spent += here
        if here and spent > MOST_WITHIN:
            token.children.append(Token("text", "", 0, content=token.content))
        else:
            state.md.inline.parse(token.content, state.md, state.env, token.children)


def within_brackets(text: str) -> int:
    """Characters from each `[` to its `]`, or to the end; those behind a backslash are letters."""
    found, opened = 0, []
    for sign in _BRACKET.finditer(text):
        if sign[0] == "[":
            opened.append(sign.start())
        elif sign[0] == "]" and opened:
            found += sign.start() - opened.pop()
    return found + sum(len(text) - start for start in opened)
