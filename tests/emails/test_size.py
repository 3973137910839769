"""Size: what the measure says is never less than what a reader's program decodes (M11)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.deliveries.models import MailKind
from newsletter.emails import welcome
from newsletter.emails.digest import as_compiled, shorter
from newsletter.emails.single import Choices
from newsletter.emails.size import LARGEST_HTML, Size, check_size
from newsletter.errors import MailTooLarge
from newsletter.mailer import places
from newsletter.mailer.encode import encode
from newsletter.mailer.message import write_single
from newsletter.mailer.plain import one_line
from newsletter.mailings.contents import (
    CompiledManifest,
    DigestSelection,
    EditionContent,
    Section,
    ThemeRest,
    ThemeSection,
)
from tests.emails.material import (
    COLUMN,
    EDITION,
    IDENTITY,
    LEADERSHIP,
    URLS,
    digests,
    edition,
    html_of,
    parsed,
    prepared,
    reader_lines,
    selection,
    variant_of,
)

LONGEST = dict.fromkeys(places.READER_PLACES, "x" * places.LONGEST_TOKEN)


def html_bytes(raw: bytes) -> int:
    """The bytes of the HTML part as they are once decoded, line ends included."""
    part = parsed(raw).get_body(("html",))
    assert part is not None
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return len(payload)


@given(
    st.lists(st.text(alphabet="aé&<\n \x1f", max_size=60).map(lambda t: t.replace("\x1f", "")),
             min_size=1, max_size=4),
    st.text(alphabet="aé&<>\"' ", max_size=200).map(one_line),
)
def test_the_measure_is_exact_for_any_blocks(texts: list[str], why: str) -> None:
    sources = [f"{text}{places.place('why')}{places.place('leave_token')}" for text in texts]
    raw = write_single(
        subject="x", shared_headers=(), reader_headers=(), text=[encode("x")],
        html=[encode(source) for source in sources], values={"why": why, **LONGEST},
    )
    assert html_bytes(raw) == sum(Size(source).with_values({"why": why}) for source in sources)


def with_articles(count: int) -> EditionContent:
    """An edition of so many articles."""
    items = tuple(replace(COLUMN, id=number) for number in range(1, count + 1))
    return replace(EDITION, sections=(Section("Veel & nog meer", items),))


def compiles(count: int) -> bool:
    """Whether so many articles make an edition that may be sent."""
    try:
        edition(with_articles(count))
    except MailTooLarge:
        return False
    return True


def test_the_largest_that_compiles_stays_below_the_limit_with_the_longest_tokens() -> None:
    most = next(count for count in range(5, 200) if not compiles(count + 1))
    manifest = edition(with_articles(most))
    sizes = [
        html_bytes(prepared(manifest, key, MailKind.EDITION)
                   .join(headers=reader_lines(), values=LONGEST))
        for key in ("nl:mail", "en:mail")
    ]
    assert max(sizes) <= LARGEST_HTML == 102_400 - 2_048
    assert max(sizes) > LARGEST_HTML - 6_000  # so that the limit is what stopped it


def wordy_digest(in_full: int, titles: int, *, words: int, key: str = "it") -> DigestSelection:
    """A digest of so many articles with summaries of so many letters, each in a theme of its own.

    What is left of it stands on the pages of twelve themes.
    """
    items = [replace(LEADERSHIP, id=number, slug=f"stuk-{number}", title="Lange titel " * 16,
                     summary="é" * words) for number in range(1, in_full + titles + 1)]
    sections = tuple(ThemeSection(item.id, "thema", f"Thema {item.id}", f"Theme {item.id}", (item,))
                     for item in items[:in_full])
    rest = tuple(ThemeRest(number, f"thema-{number}", f"Thema {number}", f"Theme {number}", 99)
                 for number in range(1, 13))
    return replace(selection(key), sections=sections, links=tuple(items[in_full:]), rest=rest,
                   article_ids=tuple(item.id for item in items))


def in_parts(manifest: CompiledManifest, key: str) -> tuple[list[str], list[str]]:
    """The articles of a variant in full, and those as titles, in order."""
    names = [manifest.blocks[place].name for place in variant_of(manifest, key).text]
    return ([name.removeprefix("article:") for name in names if name.startswith("article:")],
            [name.removeprefix("link:") for name in names if name.startswith("link:")])


@pytest.mark.parametrize("words", [300, 600, 2_000])
@pytest.mark.parametrize("language", ["nl", "en"])
def test_of_a_digest_that_would_be_clipped_the_last_articles_become_titles(
    language: str, words: int
) -> None:
    chosen = replace(wordy_digest(12, 24, words=words), language=language)
    manifest = digests(chosen)
    raw = prepared(manifest, "it", MailKind.DIGEST).join(headers=reader_lines(), values=LONGEST)
    assert LARGEST_HTML - 10_000 < html_bytes(raw) <= LARGEST_HTML
    in_full, titles = in_parts(manifest, "it")
    assert in_full + titles == [str(each) for each in chosen.article_ids]
    assert 0 < len(in_full) < 12
    assert f"/artikelen/stuk-{in_full[-1]}" in html_of(raw)
    assert variant_of(manifest, "it").article_ids == chosen.article_ids
    assert as_compiled(chosen, (f"article:{each}" for each in in_full)).links == tuple(
        item for section in chosen.sections[len(in_full):] for item in section.items
    ) + chosen.links


def test_a_plain_text_digest_and_one_that_fits_stay_as_they_were_chosen() -> None:
    long = replace(wordy_digest(12, 24, words=2_000, key="text"), format="text")
    short = wordy_digest(8, 24, words=100, key="mail")
    manifest = digests(long, short)
    assert [len(part) for part in in_parts(manifest, "text")] == [12, 24]
    assert [len(part) for part in in_parts(manifest, "mail")] == [8, 24]


def test_the_longest_section_gives_first_so_that_what_stands_on_top_stays_in_full() -> None:
    chosen = selection("it")
    given: list[int] = []
    while (fewer := shorter(chosen)) is not None:
        given.append(fewer.links[0].id)
        chosen = fewer
    # Two, one and one article: first the second of two, then section by section from below.
    assert given == [4, 3, 2]
    assert [item.id for section in chosen.sections for item in section.items] == [1]


def test_a_digest_of_which_one_article_is_too_large_is_refused() -> None:
    with pytest.raises(MailTooLarge, match=r"^it: \d+ bytes"):
        digests(wordy_digest(2, 0, words=60_000))


def test_a_refusal_says_which_mail_and_how_far_over() -> None:
    with pytest.raises(MailTooLarge, match=r"^nl:mail: 100354 bytes of HTML, at most 100352$"):
        check_size("nl:mail", [Size("x" * 100_350 + "é")], {})


def test_one_reader_mail_that_would_be_clipped_is_refused_as_well() -> None:
    wordy = replace(IDENTITY, postal_address="Postbus " * 20_000)
    chosen = welcome.Welcome("nl", "mail", Choices(True, "weekly", ("Data",)), None)
    with pytest.raises(MailTooLarge, match=r"^welcome: \d+ bytes"):
        welcome.write(chosen, identity=wordy, urls=URLS)
