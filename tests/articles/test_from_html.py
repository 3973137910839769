"""HTML of word processors and feeds as Markdown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from newsletter.articles.from_html import is_html, to_markdown, to_words
from newsletter.web.magazine.markdown import to_html

WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style><!-- p.MsoNormal
{mso-style-unhide:no; margin:0cm;} --></style><xml><w:WordDocument/></xml></head><body lang=NL>
<!--[if gte mso 9]><xml><o:OfficeDocumentSettings/></xml><![endif]-->
<h1 style='mso-list:l0 level1'>Een kop<o:p></o:p></h1>
<p class=MsoNormal><span style='font-family:"Calibri",sans-serif'>Gewone tekst met
<b>nadruk </b>en een
<a href="https://elders.example/a?b=1&amp;c=2" onclick="x()">link</a>.<o:p>&nbsp;</o:p></span></p>
<ul type=disc><li class=MsoListParagraph><p>Eerste</p></li><li>Tweede</li></ul>
<p class=MsoNormal><o:p>&nbsp;</o:p></p><script>alert(1)</script></body></html>"""


def test_what_word_puts_on_the_clipboard_becomes_clean_markdown() -> None:
    assert is_html(WORD)
    assert to_markdown(WORD) == (
        "## Een kop\n\n"
        "Gewone tekst met **nadruk** en een [link](https://elders.example/a?b=1&c=2).\n\n"
        "- Eerste\n- Tweede"
    )


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<p>een<br>twee</p>", "een\\\ntwee"),
        ("<ol><li>a<li>b</ol><p>c</p>", "1. a\n2. b\n\nc"),
        ("<ul><li>a<ul><li>b</li></ul></li></ul>", "- a\n   - b"),
        ("<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b"),
        ("<p>1. geen lijst</p><p># geen kop</p>", "\\1. geen lijst\n\n\\# geen kop"),
        ("<p>a * b _ c [d] &lt;e&gt;</p>", "a \\* b \\_ c \\[d\\] \\<e\\>"),
        ("<p><a href='/pad'>hier</a></p>", "[hier](https://basis.example/pad)"),
        ("<p><a href='javascript:alert(1)'>hier</a></p>", "hier"),
        ("<p><em> </em>leeg</p>", "leeg"),
        ("losse tekst", "losse tekst"),
        ("", ""),
    ],
)
def test_each_tag_becomes_its_sign_and_signs_are_escaped(html: str, markdown: str) -> None:
    assert to_markdown(html, base="https://basis.example/map/") == markdown


@pytest.mark.parametrize("text", ["a < b", "# Kop\n\n- lijst", "<https://elders.example>", "5 <6>"])
def test_markdown_is_not_taken_for_html(text: str) -> None:
    assert not is_html(text)


def test_words_are_on_one_line_and_nothing_else() -> None:
    html = "<p>een &amp; <b>twee</b>s</p><p>drie</p><style>x</style>"
    assert to_words(html) == "een & twees drie"


@given(st.lists(st.sampled_from([
    "<p>", "</p>", "<b>", "</b>", "<a href='https://x.example'>", "</a>", "<ul>", "<li>", "</ul>",
    "<blockquote>", "</blockquote>", "<h2>", "woord ", "*", "[", "<script>", "</script>",
    "<img src=x onerror=y>", "<!--", "-->", "&lt;b&gt;",
]), max_size=30))
def test_whatever_comes_in_nothing_but_plain_tags_goes_out(parts: list[str]) -> None:
    shown = LexborHTMLParser(str(to_html(to_markdown("".join(parts)))))
    assert not shown.css("script, img, style, iframe")
    assert not [node for node in shown.css("a") if not str(
        node.attributes.get("href")).startswith("https://x.example")]


@pytest.mark.parametrize("opening", ["<ul>", "<blockquote>"])
def test_what_lies_deep_stays_short(opening: str) -> None:
    made = to_markdown(opening * 3_000 + "<li><p>regel" * 2_000)
    assert len(made) < 200_000
