"""Compiling: blocks once per language, variants that share them, hashes that tell changes."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from newsletter.deliveries.models import MailKind
from newsletter.emails import digest
from newsletter.emails.say import Say
from newsletter.emails.words import words_of
from newsletter.errors import MailTooLarge
from newsletter.mailings.contents import (
    ArticleItem,
    CompiledManifest,
    Section,
    ThemeRest,
    ThemeSection,
)
from tests.emails.material import (
    COLUMN,
    EDITION,
    LEADERSHIP,
    PLANNING_ACT,
    URLS,
    bulk,
    digests,
    edition,
    html_of,
    parsed,
    selection,
    text_of,
    variant_of,
)


def names(manifest: CompiledManifest, indices: tuple[int, ...]) -> list[str]:
    return [manifest.blocks[index].name for index in indices]


def test_an_edition_has_a_variant_for_each_language_and_format() -> None:
    manifest = edition()
    keys = {each.selection_key for each in manifest.variants}
    assert keys == {"nl:mail", "nl:text", "en:mail", "en:text"}
    assert variant_of(manifest, "nl:text").html == ()
    assert variant_of(manifest, "nl:text").text == variant_of(manifest, "nl:mail").text


def test_blocks_stand_in_the_order_of_the_edition() -> None:
    manifest = edition()
    variant = variant_of(manifest, "nl:mail")
    assert names(manifest, variant.html) == [
        "frame_top",
        "opening",
        "section:0",
        "article:1",
        "section:1",
        "article:2",
        "hairline",
        "article:3",
        "section:2",
        "article:4",
        "frame_bottom",
    ]
    assert names(manifest, variant.text) == [
        name for name in names(manifest, variant.html) if name != "hairline"
    ]


def test_selections_of_one_language_share_their_blocks() -> None:
    one = selection("one")
    other = replace(one, key="other", sections=one.sections[1:])
    manifest = digests(one, other, selection("en", language="en"))
    keys = [(block.name, block.language, block.format) for block in manifest.blocks]
    assert len(keys) == len(set(keys))
    shared = set(variant_of(manifest, "one").html) & set(variant_of(manifest, "other").html)
    assert {"article:2", "article:3", "theme:2:1", "frame_bottom"} <= set(
        names(manifest, tuple(shared))
    )


def test_what_selections_say_alike_is_rendered_once() -> None:
    digest._line.cache_clear()
    digests(*(selection(f"{chosen}:{more}", format=chosen, more=more)
              for chosen in ("mail", "text") for more in range(5)))
    assert digest._line.cache_info().misses == len(("subject", "preheader", "why"))


def test_equal_keys_share_a_variant() -> None:
    assert len(digests(selection("same"), selection("same")).variants) == 1


def test_the_same_content_gives_the_same_hash_in_any_order() -> None:
    one, other = selection("one"), selection("other", language="en")
    assert digests(one, other).hash == digests(other, one).hash
    assert edition().hash == edition().hash


def test_any_change_changes_the_hash() -> None:
    sections = (Section("Het gesprek", (replace(LEADERSHIP, summary="Anders."),)),)
    changed = (
        replace(EDITION, subject="Anders"),
        replace(EDITION, preheader="Anders"),
        replace(EDITION, editorial_md="Anders"),
        replace(EDITION, sections=sections),
    )
    assert len({edition().hash, *(edition(each).hash for each in changed)}) == 5


def test_each_article_of_a_digest_stands_under_its_theme_once() -> None:
    raw = bulk(digests(selection("it")), "it", MailKind.DIGEST)
    html = html_of(raw)
    assert html.index("Leiderschap</h2>") < html.index(LEADERSHIP.title) < html.index(COLUMN.title)
    assert html.index("Omgevingswet</h2>") < html.index(PLANNING_ACT.title + "</a>")
    assert html.count(f"{LEADERSHIP.title}</a>") == 1


@pytest.mark.parametrize(
    ("language", "count", "subject"),
    [
        ("nl", 1, "De Omgevingswet: veel te doen, en vele dromen waar te maken"),
        ("nl", 2, "De Omgevingswet: veel te doen, en vele… (en nog één artikel)"),
        ("en", 3, "De Omgevingswet: veel te doen, en vele… (and two more articles)"),
    ],
)
def test_the_subject_names_the_first_article_and_counts_the_others(
    language: str, count: int, subject: str
) -> None:
    items = tuple(replace(PLANNING_ACT, id=number) for number in range(1, count + 1))
    section = ThemeSection(1, "omgevingswet", "Omgevingswet", "Planning", items)
    chosen = replace(selection("it", language=language), sections=(section,))
    found = variant_of(digests(chosen), "it").subject
    assert found == subject
    assert len(found) <= 72


def test_the_reason_names_the_themes_that_matched_and_the_slot() -> None:
    chosen = selection("it")
    variant = variant_of(digests(chosen), "it")
    day = Say("nl", words_of(MailKind.DIGEST, "nl")).day(chosen.slot_on)
    assert variant.why == (
        "Je volgt leiderschap, Omgevingswet en open overheid, en kiest voor één mail per week. "
        f"Is er niets nieuws, dan sturen we niets. Dit is de weekmail van {day}."
    )


def test_a_catch_up_shows_the_best_and_links_to_the_rest() -> None:
    links = tuple(replace(COLUMN, id=number, slug=f"stuk-{number}", title=f"Stuk {number}")
                  for number in (901, 902))
    chosen = replace(selection("it", more=3), is_catch_up=True, links=links,
                     article_ids=tuple(range(20)))
    compiled = digests(chosen)
    variant = variant_of(compiled, "it")
    assert variant.subject.startswith("Uit je pauze: ")
    assert "verschenen 20 artikelen" in variant.preheader
    assert "dit is de inhaalmail van" in variant.why
    assert variant.article_ids == chosen.article_ids
    text = text_of(bulk(compiled, "it", MailKind.DIGEST))
    place = text.index("OOK VERSCHENEN IN JE PAUZE")
    for item in links:
        assert text.index(item.title) > place
        assert f"/artikelen/{item.slug}" in text
    assert text.index("nog drie nieuwe artikelen") > text.index("Stuk 902")


def titles(count: int) -> tuple[ArticleItem, ...]:
    """So many articles that stand in a digest as titles."""
    return tuple(replace(COLUMN, id=number, slug=f"stuk-{number}", title=f"Stuk {number}")
                 for number in range(901, 901 + count))


@pytest.mark.parametrize("format", ["mail", "text"])
@pytest.mark.parametrize(("language", "heading", "more"), [
    ("nl", "OOK NIEUW IN JOUW THEMA’S", "Open overheid: nog zeven nieuwe artikelen"),
    ("en", "ALSO NEW IN YOUR THEMES", "Open government: seven more new articles"),
])
def test_a_digest_lists_the_next_as_titles_and_leads_to_the_themes_that_have_the_rest(
    language: str, heading: str, more: str, format: str
) -> None:
    rest = ThemeRest(3, "open-overheid", "Open overheid", "Open government", 7)
    chosen = replace(selection("it", language=language, format=format), links=titles(2),
                     rest=(rest,))
    raw = bulk(digests(chosen), "it", MailKind.DIGEST)
    text = text_of(raw)
    assert text.index(heading) < text.index("Stuk 901") < text.index("Stuk 902") < text.index(more)
    public, page = URLS.in_language(language), URLS.in_language(language).theme("open-overheid")
    assert f"{more}\r\n{page}" in text
    assert public.home not in text.split()
    if format == "mail":
        links = LexborHTMLParser(html_of(raw)).css("li > a")
        assert [(link.text(), link.attributes["href"]) for link in links] == [
            ("Stuk 901", public.article("stuk-901")), ("Stuk 902", public.article("stuk-902")),
            (more, page),
        ]


def test_titles_stand_under_words_of_their_own_in_a_catch_up_of_the_same_slot() -> None:
    plain = replace(selection("plain"), links=titles(2))
    back = replace(plain, key="back", is_catch_up=True)
    manifest = digests(plain, back)
    ours, hers = (text_of(bulk(manifest, key, MailKind.DIGEST)) for key in ("plain", "back"))
    assert "OOK NIEUW IN JOUW THEMA’S" in ours
    assert "OOK VERSCHENEN IN JE PAUZE" not in ours
    assert "OOK VERSCHENEN IN JE PAUZE" in hers
    assert "OOK NIEUW IN JOUW THEMA’S" not in hers


@pytest.mark.parametrize(("count", "subject", "preheader"), [
    (1, "… (en vier andere artikelen)",
     "Vijf nieuwe artikelen in jouw thema’s, onder meer over leiderschap, Omgevingswet en {}."),
    (24, "… (en 27 andere artikelen)",
     "28 nieuwe artikelen in jouw thema’s, onder meer over leiderschap, Omgevingswet en {}."),
])
def test_subject_and_first_line_count_the_titles_too(
    count: int, subject: str, preheader: str
) -> None:
    variant = variant_of(digests(replace(selection("it"), links=titles(count))), "it")
    assert variant.subject.endswith(subject)
    assert variant.preheader == preheader.format("open overheid")


def test_a_monthly_digest_names_its_month() -> None:
    chosen = replace(selection("it"), cadence="monthly")
    text = text_of(bulk(digests(chosen), "it", MailKind.DIGEST))
    assert text.startswith("inGovernment, Maart")
    assert "één mail per maand" in " ".join(text.split())


def test_what_the_limit_left_out_is_counted() -> None:
    text = text_of(bulk(digests(selection("it", more=3)), "it", MailKind.DIGEST))
    assert "nog drie nieuwe artikelen" in text


def test_html_that_mailbox_providers_would_clip_is_refused() -> None:
    many = tuple(replace(COLUMN, id=number, summary="woord " * 200) for number in range(60))
    with pytest.raises(MailTooLarge, match="nl:mail"):
        edition(replace(EDITION, sections=(Section("Veel", many),)))


HOSTILE = st.text(max_size=120) | st.sampled_from(
    [
        "a\r\nBcc: x@example.com",
        "\x1fleave_token\x1f",
        "<!--\x1earticle:1\x1e-->",
        "zz0zzleave_tokenzz0zz",
        "{{ config }}{% raw %}",
        "</mj-text><script>alert(1)</script>",
        "<!--[if mso]>",
        "\u202egnp.exe",
        "](javascript:alert(1))",
        "x" * 4_000,  # in every place at once it stays below the largest mail (M11)
        ".\r\n.\r\n",
        "&lt;b&gt; \\u{1f} \\",
    ]
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(title=HOSTILE, summary=HOSTILE, subject=HOSTILE, editorial=HOSTILE)
def test_hostile_words_stay_words(title: str, summary: str, subject: str, editorial: str) -> None:
    item = replace(LEADERSHIP, title=title, summary=summary, authors=(title,))
    content = replace(
        EDITION,
        title=title,
        subject=subject,
        preheader=summary,
        editorial_md=editorial,
        sections=(Section(title, (item,)),),
    )
    mail = parsed(bulk(edition(content), "nl:mail", MailKind.EDITION))
    assert [part.defects for part in mail.walk() if part.defects] == []
    assert len(mail.get_all("Subject", [])) == 1
    assert mail["Bcc"] is None
    html = html_of(mail.as_bytes())
    assert "<script" not in html
    assert 'href="javascript' not in html
    assert "\u202e" not in html
    # A place or a marker that a person typed is not one: each token stands once, in the footer.
    assert html.count("LEAVE-") == html.count("/afmelden/LEAVE-") == 1
    chosen = replace(
        selection("it"), sections=(ThemeSection(1, "thema", summary or "x", "x", (item,)),)
    )
    digest = parsed(bulk(digests(chosen), "it", MailKind.DIGEST))
    assert [part.defects for part in digest.walk() if part.defects] == []
    assert len(digest.get_all("Subject", [])) == 1
