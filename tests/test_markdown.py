"""Markdown of which nothing but brackets is written: read as words, and not for seconds."""

import pytest
from markdown_it import MarkdownIt

from newsletter.articles.drafts import LONGEST_BODY
from newsletter.editions.links import links_in
from newsletter.emails.editorial import as_text
from newsletter.markdown import MOST_WITHIN, parser, within_brackets
from newsletter.web.magazine.markdown import to_html

ARTICLE = "Een zin met [een link](https://elders.example/a), [1] en *nadruk*; zie ook [hier.\n\n"


@pytest.mark.parametrize("flood", ["[", "![", "[\n", "[&", "[*_", "[ a", "![[]", "[[[[]]"])
def test_a_text_of_brackets_is_not_tried_as_links(flood: str) -> None:
    text = (flood * LONGEST_BODY)[:LONGEST_BODY]
    assert within_brackets(text) > MOST_WITHIN
    children = parser().parse(text)[1].children
    assert children is not None
    assert [child.type for child in children] == ["text"]
    assert links_in(text, at="") == []
    assert str(to_html(text)).count("[") == text.count("[")


def test_the_longest_article_keeps_all_its_links() -> None:
    text = ARTICLE * (LONGEST_BODY // len(ARTICLE))
    assert len(links_in(text, at="")) == text.count("https")
    assert str(to_html(text)).count("<a ") == text.count("https")


def test_what_stands_around_a_flood_is_read_as_ever() -> None:
    text = f"{ARTICLE}{'[' * 5_000}\n\nEn *dit* <b>ook</b>."
    assert len(links_in(text, at="")) == 1
    assert "<em>dit</em> &lt;b&gt;ook&lt;/b&gt;" in to_html(text)
    assert as_text(text).endswith("En dit <b>ook</b>.")


@pytest.mark.parametrize(("text", "within"), [
    ("", 0), ("[ab]", 3), ("[[]]", 4), ("[ab", 3), ("a]b", 0), ("\\[ab\\]", 0), ("\\\\[a]", 2),
])
def test_what_stands_within_brackets_is_counted_once_for_each_pair(text: str, within: int) -> None:
    assert within_brackets(text) == within


def test_an_ordinary_text_is_read_as_commonmark_reads_it() -> None:
    text = f"# Kop\n\n{ARTICLE}- [a][b]\n- `[`\n\n[b]: https://elders.example/b\n"
    assert parser().render(text) == MarkdownIt("commonmark", {"html": False}).render(text)
