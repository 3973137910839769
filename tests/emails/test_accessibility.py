"""What a screen reader needs, read from the HTML itself (A02, A03)."""

import itertools

import pytest
from selectolax.lexbor import LexborHTMLParser

from newsletter.deliveries.models import MailKind
from newsletter.emails.words import LANGUAGES
from tests.emails.material import LEADERSHIP, html_of, mail_of, parsed, text_of

MAILS = [
    pytest.param(language, mail_of(kind, language), id=f"{kind}-{language}")
    for kind in MailKind
    for language in LANGUAGES
]
every_mail = pytest.mark.parametrize(("language", "raw"), MAILS)


@every_mail
def test_language_direction_and_title_are_given(language: str, raw: bytes) -> None:
    tree = LexborHTMLParser(html_of(raw))
    root = tree.css_first("html")
    inner = tree.css_first("body > div")
    assert root is not None
    assert inner is not None
    for element in (root, inner):
        assert (element.attributes["lang"], element.attributes["dir"]) == (language, "ltr")
    title = tree.css_first("title")
    assert title is not None
    assert title.text() == parsed(raw)["Subject"]


@pytest.mark.parametrize(("kind", "name"), [
    (MailKind.EDITION, "inGovernment 14·2"), (MailKind.DIGEST, "inGovernment: New in your themes"),
])
def test_an_english_mail_is_called_by_a_name_in_english(kind: MailKind, name: str) -> None:
    for language in LANGUAGES:
        raw = mail_of(kind, language)
        inner = LexborHTMLParser(html_of(raw)).css_first("body > div")
        assert inner is not None
        assert inner.attributes["role"] == "article"
        called = name if language == "en" else parsed(raw)["Subject"]
        assert inner.attributes["aria-label"] == called


def test_the_hidden_first_line_says_in_which_language_it_is() -> None:
    for kind, language, said in (
        (MailKind.EDITION, "nl", None), (MailKind.EDITION, "en", "nl"),
        (MailKind.DIGEST, "nl", None), (MailKind.DIGEST, "en", None),
        (MailKind.WELCOME, "nl", None), (MailKind.WELCOME, "en", None),
    ):
        first = LexborHTMLParser(html_of(mail_of(kind, language))).css_first(
            "[style*='display:none']")
        assert first is not None
        assert first.text(strip=True)
        assert first.attributes.get("lang") == said


@every_mail
def test_there_is_one_h1_and_no_level_is_skipped(language: str, raw: bytes) -> None:
    tree = LexborHTMLParser(html_of(raw))
    levels = [int(node.tag[1]) for node in tree.css("h1,h2,h3,h4,h5,h6") if node.tag]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


@every_mail
def test_every_table_is_for_layout_and_says_so(language: str, raw: bytes) -> None:
    for table in LexborHTMLParser(html_of(raw)).css("table"):
        assert table.attributes.get("role") == "presentation"


@every_mail
def test_every_link_has_words(language: str, raw: bytes) -> None:
    for link in LexborHTMLParser(html_of(raw)).css("a"):
        assert len(link.text(strip=True)) > 3


@pytest.mark.parametrize("kind", [MailKind.EDITION, MailKind.DIGEST])
@pytest.mark.parametrize("language", LANGUAGES)
def test_an_image_says_what_it_shows_and_how_large_it_is(kind: MailKind, language: str) -> None:
    (image,) = LexborHTMLParser(html_of(mail_of(kind, language))).css("img")
    given = image.attributes
    assert LEADERSHIP.picture is not None
    assert given["alt"] == LEADERSHIP.picture.alt
    assert given.get("lang") == (None if language == "nl" else "nl")
    # In the column of Outlook, and in the proportions of its file; half as wide as the file.
    assert (given["width"], given["height"]) == ("552", "310")
    style = given["style"] or ""
    assert "width:100%;max-width:552px;height:auto" in style
    # Its words can be read where no image is fetched, on a ground of its own.
    assert "background-color:#DCE8DF" in style
    assert given["class"] == "tint ink"
    assert "font-size:15px" in style
    assert "color:#15201B" in style


@pytest.mark.parametrize("kind", [MailKind.EDITION, MailKind.DIGEST])
def test_dutch_text_in_an_english_frame_says_that_it_is_dutch(kind: MailKind) -> None:
    tree = LexborHTMLParser(html_of(mail_of(kind, "en")))
    for title in tree.css("h3"):
        assert title.attributes.get("lang") == "nl"
    dutch = LexborHTMLParser(html_of(mail_of(kind, "nl")))
    assert not dutch.css("h3[lang]")


@every_mail
def test_the_plain_text_says_everything_that_the_html_says(language: str, raw: bytes) -> None:
    tree = LexborHTMLParser(html_of(raw))
    text = " ".join(text_of(raw).split()).casefold()
    for node in tree.css("h1,h2,h3,li"):
        assert " ".join(node.text().split()).casefold() in text
