"""Cutting a rendered mail into blocks, and MJML's part in it."""

import pytest

from newsletter.errors import MailError
from newsletter.mailer import cut, mjml, places

SECTION = "<mj-section><mj-column><mj-text>{}</mj-text></mj-column></mj-section>"


def raw(name: str) -> str:
    return f"<mj-raw><!--{cut.marker(name)}--></mj-raw>"


def mail(*parts: str) -> str:
    return f'<mjml lang="nl" dir="ltr"><mj-body>{"".join(parts)}</mj-body></mjml>'


def test_blocks_joined_are_the_mail_without_its_markers() -> None:
    html = mjml.render(mail(raw("top"), SECTION.format("a"), raw("next"), SECTION.format("b")))
    blocks = cut.cut_html(html)
    assert list(blocks) == ["top", "next"]
    assert "".join(blocks.values()) == html.replace(f"<!--{cut.marker('top')}-->", "").replace(
        f"<!--{cut.marker('next')}-->", ""
    )


def test_a_conditional_comment_cut_in_two_is_refused() -> None:
    with pytest.raises(MailError, match="conditional"):
        cut.cut_html(f"{cut.marker('a')}<!--[if mso]><table>{cut.marker('b')}<![endif]-->")


def test_a_block_that_comes_twice_is_refused() -> None:
    with pytest.raises(MailError, match="twice"):
        cut.cut(f"{cut.marker('a')}x{cut.marker('a')}y")


def test_places_come_whole_through_mjml_in_text_and_in_addresses() -> None:
    link = f'<a href="https://x.example/{places.place("leave_token")}">{places.place("why")}</a>'
    html = mjml.render(mail(SECTION.format(link)))
    assert link in html


def test_words_that_look_like_our_stand_ins_are_left_alone() -> None:
    html = mjml.render(mail(SECTION.format(f"zz0zz zz1zz {places.place('why')}")))
    assert f"zz0zz zz1zz {places.place('why')}" in html


def test_what_is_not_mjml_is_refused() -> None:
    with pytest.raises(MailError, match="MJML"):
        mjml.render("<mjml><mj-body>")


def test_no_web_font_is_fetched() -> None:
    html = mjml.render(mail(SECTION.format("a")))
    assert "fonts.googleapis" not in html
    assert "@import" not in html
