"""The editorial line on top of a digest: once in each part, as it was typed, and nothing more."""

from dataclasses import replace

import pytest
from selectolax.lexbor import LexborHTMLParser

from newsletter.deliveries.models import MailKind
from newsletter.emails.words import LANGUAGES
from tests.emails.material import bulk, digests, html_of, selection, text_of
from tests.emails.strict import Reading

LINE = "Volgende week is er geen weekmail: wij zijn op de beurs. Kom langs & zeg dag."
HOSTILE = (
    "<script>alert(1)</script>",
    "a\r\nBcc: all@a.example\r\n\r\n<html>",
    '"><img src=x onerror=alert(1)>',
    "{{ urls }} {% raw %} \x1fleave_token\x1f \x1eopening\x1e",
    "</mj-text></mj-column><mj-raw><b>",
    "<!-- --> ]]> &lt;b&gt;",
    ".\r\n.\r\nMAIL FROM:<x@a.example>",
)


def mail(line: str, *, language: str = "nl", is_catch_up: bool = False) -> bytes:
    chosen = replace(selection("it", language=language), line=line, is_catch_up=is_catch_up)
    return bulk(digests(chosen), "it", MailKind.DIGEST)


@pytest.mark.parametrize("is_catch_up", [False, True])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_line_stands_once_on_top_in_html_and_in_text(
    language: str, is_catch_up: bool
) -> None:
    raw = mail(LINE, language=language, is_catch_up=is_catch_up)
    page = LexborHTMLParser(html_of(raw))
    (found,) = [each for each in page.css("p") if each.text().strip() == LINE]
    assert found.attributes.get("lang") == (None if language == "nl" else "nl")
    text = " ".join(text_of(raw).split())
    assert text.count(LINE) == 1
    html = html_of(raw)
    assert html.index("<h1") < html.index("Volgende week") < html.index("<h2")
    assert max(len(row) for row in text_of(raw).split("De Omgevingswet")[0].splitlines()[:12]) <= 72


@pytest.mark.parametrize("line", HOSTILE)
def test_a_line_is_words_and_never_markup_or_a_head(line: str) -> None:
    raw, plain = mail(line), mail("")
    read = Reading(raw)
    assert read.faults == []
    assert set(read.fields) == set(Reading(plain).fields)
    tags = [each.tag for each in LexborHTMLParser(html_of(raw)).css("*")]
    before = [each.tag for each in LexborHTMLParser(html_of(plain)).css("*")]
    assert len(tags) == len(before) + 1  # its own paragraph
    assert tags.count("script") == before.count("script") == 0


def test_a_digest_without_a_line_is_as_it_was() -> None:
    assert mail("") == bulk(digests(selection("it")), "it", MailKind.DIGEST)


def test_a_line_is_compiled_once_however_many_selections_there_are() -> None:
    manifest = digests(*(
        replace(selection(f"nr-{number}", more=number), line=LINE) for number in range(4)
    ))
    made = [block for block in manifest.blocks if b"Volgende week" in block.body]
    assert sorted(block.format for block in made) == ["html", "text"]
