"""The editorial: Markdown that stays safe and readable."""

import pytest

from newsletter.emails.editorial import Style, as_html, as_text

STYLE = Style(paragraph="p", item="i", link="l")


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "[klik](javascript:alert(1))",
        "[klik](data:text/html,x)",
        "![beeld](https://elders.example/pixel.png)",
        '<a href="x" onclick="y">z</a>',
        '[a](https://x.example/"onmouseover=alert(1))',
    ],
)
def test_nothing_but_our_own_tags_comes_out(hostile: str) -> None:
    html = as_html(hostile, STYLE)
    assert "<script" not in html
    assert "<img" not in html
    assert "<a href=" not in html
    assert 'href="javascript' not in html
    assert 'href="data' not in html
    assert " onclick" not in html.replace("&quot;", '"').split(">")[0]


def test_a_heading_becomes_a_paragraph_so_that_the_mail_keeps_one_h1() -> None:
    assert "<h1" not in as_html("# Kop", STYLE)


def test_the_text_keeps_lists_and_addresses() -> None:
    markdown = (
        "Lees [dit](https://x.example/a).\n\n1. een\n2. twee\n\n- los\n\n> gezegd\n\n"
        "<https://x.example/b> en [mail](mailto:a@b.example)"
    )
    assert as_text(markdown) == (
        "Lees dit (https://x.example/a).\n\n1. een\n2. twee\n\n- los\n\ngezegd\n\n"
        "https://x.example/b en mail (a@b.example)"
    )
