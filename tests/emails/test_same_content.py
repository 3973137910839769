"""The text part says what the HTML says: the same words, links and articles (M10)."""

import re
from collections import Counter

import pytest
from selectolax.lexbor import LexborHTMLParser

from newsletter.deliveries.models import MailKind
from newsletter.emails.words import LANGUAGES
from tests.emails.material import (
    COLUMN,
    IDENTITY,
    LEADERSHIP,
    OPEN_GOVERNMENT,
    PLANNING_ACT,
    URLS,
    html_of,
    mail_of,
    text_of,
)

ARTICLES = (LEADERSHIP, PLANNING_ACT, OPEN_GOVERNMENT, COLUMN)
# What a form says in its own way: before a bare address in the text, at the end of a link's line
# in the HTML.
LEADS_ON = {"lees", "verder", "read", "on"}
_ADDRESS = re.compile(r"https?://[^\s)]+")
_WORD = re.compile(r"[^\W_]+")

every_mail = pytest.mark.parametrize(
    "raw",
    [
        pytest.param(mail_of(kind, language), id=f"{kind}-{language}")
        for kind in MailKind
        for language in LANGUAGES
    ],
)


def words(text: str) -> Counter[str]:
    """The words of a text, its addresses left out; the name is set in two styles in the HTML."""
    whole = _ADDRESS.sub(" ", text).replace(f"{IDENTITY.name_accent} {IDENTITY.name_rest}",
                                           IDENTITY.name)
    return Counter(word.casefold() for word in _WORD.findall(whole))


def seen(html: str) -> LexborHTMLParser:
    """The HTML as a reader sees it: without head, styles and the hidden first line."""
    tree = LexborHTMLParser(html)
    for node in tree.css("head, style, [style*='display:none']"):
        node.decompose()
    return tree


@every_mail
def test_both_parts_have_the_same_words(raw: bytes) -> None:
    body = seen(html_of(raw)).body
    assert body is not None
    in_html, in_text = words(body.text(separator=" ")), words(text_of(raw))
    assert set(in_html - in_text) <= LEADS_ON
    assert set(in_text - in_html) <= LEADS_ON


@every_mail
def test_both_parts_have_the_same_links(raw: bytes) -> None:
    in_html = [link.attributes["href"] for link in seen(html_of(raw)).css("a[href]")]
    assert set(in_html) == set(_ADDRESS.findall(text_of(raw)))


@pytest.mark.parametrize("kind", [MailKind.EDITION, MailKind.DIGEST])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_article_stands_in_both_with_its_link(kind: MailKind, language: str) -> None:
    raw = mail_of(kind, language)
    text = " ".join(text_of(raw).split())
    links = {link.attributes["href"]: link.text() for link in seen(html_of(raw)).css("a[href]")}
    for article in ARTICLES:
        address = URLS.in_language(language).article(article.slug)
        assert article.title in links[address]
        assert article.title in text
        assert address in text
        assert article.summary in text
        assert all(author in text for author in article.authors)
