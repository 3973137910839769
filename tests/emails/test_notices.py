"""Notices in a mail: between its head and its articles, as words, in HTML and in text."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from selectolax.lexbor import LexborHTMLParser

from newsletter.deliveries.models import MailKind
from newsletter.emails.compile import compile_edition
from newsletter.emails.manage_link import ManageLink, write
from newsletter.emails.words import LANGUAGES
from newsletter.mailings.contents import EditionSelection, NoticeItem
from tests.emails.material import (
    EDITION,
    IDENTITY,
    URLS,
    bulk,
    digests,
    html_of,
    selection,
    text_of,
    variant_of,
)
from tests.emails.strict import Reading

MERGED = NoticeItem(3, "Het thema Data is opgegaan in Digitalisering.",
                    "The theme Data is now part of Digitalisation.")
ERRATUM = NoticeItem(8, "De naam van de wethouder klopte niet.", None, "een-stuk")
OTHER = NoticeItem(9, "Iets anders.", "Something else.")


def digest_mail(*notices: NoticeItem, language: str = "nl") -> bytes:
    mine = replace(selection("mine", language=language), notices=notices)
    other = replace(selection("other", language=language), notices=(OTHER,))
    return bulk(digests(mine, other), "mine", MailKind.DIGEST)


def edition_mail(*notices: NoticeItem, language: str = "nl") -> bytes:
    owed = [EditionSelection(language, "mail", notices), EditionSelection("nl", "text", (OTHER,))]
    compiled = compile_edition(EDITION, identity=IDENTITY, urls=URLS, owed=owed)
    return bulk(compiled, owed[0].key, MailKind.EDITION)


@pytest.mark.parametrize("make", [digest_mail, edition_mail])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reader_reads_what_she_is_owed_before_the_articles(
    make: Callable[..., bytes], language: str
) -> None:
    raw = make(MERGED, ERRATUM, language=language)
    assert Reading(raw).faults == []
    merged = MERGED.text_en if language == "en" else MERGED.text_nl
    page = LexborHTMLParser(html_of(raw))
    heading = "Good to know" if language == "en" else "Goed om te weten"
    assert next(each.text() for each in page.css("h2")) == heading
    text = " ".join(text_of(raw).split())
    for words in (merged, ERRATUM.text_nl):
        assert page.body.text().count(words) == 1
        assert text.count(words) == 1
    (erratum,) = [each for each in page.css("p") if ERRATUM.text_nl in each.text()]
    assert erratum.attributes.get("lang") == ("nl" if language == "en" else None)
    (link,) = erratum.css("a")
    assert "/artikelen/een-stuk" in link.attributes["href"]
    assert "/artikelen/een-stuk" in text
    assert OTHER.text_nl not in text
    assert OTHER.text_nl not in html_of(raw)


@pytest.mark.parametrize("make", [digest_mail, edition_mail])
def test_who_is_owed_nothing_gets_the_mail_as_it_was(make: Callable[..., bytes]) -> None:
    assert b"Goed om te weten" not in make()


def test_the_mails_of_who_is_owed_nothing_are_the_same_bytes_beside_others() -> None:
    alone = compile_edition(EDITION, identity=IDENTITY, urls=URLS)
    beside = compile_edition(EDITION, identity=IDENTITY, urls=URLS,
                             owed=[EditionSelection("nl", "mail", (MERGED,))])
    assert variant_of(alone, "nl:mail").hash == variant_of(beside, "nl:mail").hash
    assert bulk(alone, "nl:mail", MailKind.EDITION) == bulk(beside, "nl:mail", MailKind.EDITION)


@pytest.mark.parametrize("words", [
    "<script>alert(1)</script>", "{{ urls }}", "</mj-text><mj-raw><b>", "<!-- -->",
])
def test_a_notice_is_words_and_never_markup(words: str) -> None:
    raw = digest_mail(replace(MERGED, text_nl=words))
    assert Reading(raw).faults == []
    page = LexborHTMLParser(html_of(raw))
    assert len([each for each in page.css("p") if each.text().strip() == words]) == 1
    assert page.css("script") == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("format", ["mail", "text"])
def test_a_single_mail_brings_notices_too(language: str, format: str) -> None:
    written = write(ManageLink(language, format, True), identity=IDENTITY, urls=URLS,
                    notices=[MERGED])
    words = MERGED.text_en if language == "en" else MERGED.text_nl
    assert words.encode() in b"".join(written.text).replace(b"=\r\n", b"")
    if written.html is not None:
        assert words.encode() in b"".join(written.html).replace(b"=\r\n", b"")
