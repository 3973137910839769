"""What the checks find in a compiled mail: each rule with what breaks it and what keeps it."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from newsletter.editions.finding import Finding
from newsletter.emails.check_contrast import check_contrast, contrast
from newsletter.emails.check_html import (
    Outline,
    check_html,
    check_size,
    check_text,
    check_ways,
)
from newsletter.emails.identity import DARK, LIGHT, Identity
from newsletter.emails.size import LARGEST_HTML
from newsletter.mailer.places import place

OURS = Identity("inGovernment", "1", "Uitgever", "Postbus 1")


def codes(found: Iterable[Finding]) -> list[tuple[str, bool]]:
    return [(each.code, each.is_wrong) for each in found]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<h1>a</h1><h2>b</h2><h3>c</h3><h2>d</h2>", []),
        ("<h2>a</h2><h1>b</h1>", [("heading_order", False)]),
        ("<h1>a</h1><h3>b</h3>", [("heading_order", False)]),
        ("<h1>a</h1><h1>b</h1>", [("heading_order", False)]),
        ("<h1>a</h1><img src=x alt=''>", []),
        ("<h1>a</h1><img src=x>", [("bare_image", True)]),
        ("<h1>a</h1><a href=x><img src=x alt='De hal'></a>", []),
        ("<h1>a</h1><a href=x> </a>", [("empty_link", False)]),
    ],
)
def test_the_html_is_read_as_who_listens_to_it(
    html: str, expected: list[tuple[str, bool]]
) -> None:
    assert codes(check_html(Outline(html))) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("een twee drie vier", []),
        ("een", [("short_text", False)]),
        ("een twee drie " + "x" * 80, [("long_lines", False)]),
        ("een twee drie https://x.example/" + "x" * 80, []),
        ("een <b>twee</b> drie vier", [("markup_in_text", False)]),
        ("een **twee** drie vier", [("markup_in_text", False)]),
        ("een &amp; drie vier", [("markup_in_text", False)]),
        ("a < b en c > d", []),
    ],
)
def test_the_plain_text_is_read_as_who_has_nothing_else(
    text: str, expected: list[tuple[str, bool]]
) -> None:
    assert codes(check_text(text, words_in_html=4)) == expected


def test_the_ways_to_change_and_to_stop_must_stand_in_every_part() -> None:
    both = f"wijzig {place('manage_token')} of stop {place('leave_token')}"
    assert codes(check_ways(both, language="nl", part="html")) == []
    assert codes(check_ways(place("manage_token"), language="nl", part="html")) == [
        ("no_leave_link", True)]
    assert codes(check_ways("", language="nl", part="text")) == [
        ("no_manage_link", True), ("no_leave_link", True)]


def test_a_mail_that_is_nearly_too_large_is_something_to_mind() -> None:
    assert codes(check_size(LARGEST_HTML // 2)) == []
    assert codes(check_size(LARGEST_HTML - 100)) == [("nearly_too_large", False)]


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


def test_our_own_colours_can_be_read_and_others_are_measured_in_both_schemes() -> None:
    assert list(check_contrast(OURS)) == []
    pale = replace(OURS, light=replace(LIGHT, ink_soft="#999999"))
    assert {(each.code, each.said["scheme"], each.said["words"])
            for each in check_contrast(pale)} == {("contrast", "light", "ink_soft")}
    dim = replace(OURS, dark=replace(DARK, green="#0B5D44"))
    assert {(each.is_wrong, each.said["scheme"]) for each in check_contrast(dim)} == {
        (True, "dark")}
