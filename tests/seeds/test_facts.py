"""Checks that the seed files are complete, consistent and fit for readers."""

import re
from collections import Counter
from dataclasses import astuple
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from seeds import read

ARTICLES = [article for edition in read.editions() for article in edition.articles]
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
each_article = pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article.slug)


def test_the_issn_carries_a_correct_check_digit() -> None:
    digits = read.magazine().issn.replace("-", "")
    # ISO 3297: weights 8 to 2, and X stands for ten.
    total = sum(
        int(digit) * weight for digit, weight in zip(digits[:7], range(8, 1, -1), strict=True)
    )
    assert digits[7] == "0123456789X"[-total % 11]


def test_the_magazine_has_a_known_time_zone_and_eight_editions_a_year() -> None:
    magazine = read.magazine()
    assert ZoneInfo(magazine.timezone).key == "Europe/Amsterdam"
    assert magazine.editions_per_year == 8


def test_every_colour_is_a_six_digit_hexadecimal_colour() -> None:
    magazine = read.magazine()
    for colour in astuple(magazine.colours) + astuple(magazine.colours_dark):
        assert re.fullmatch(r"#[0-9A-F]{6}", colour)


def test_there_are_fourteen_themes_with_unique_slugs_names_and_signs() -> None:
    themes = read.themes()
    assert len(themes) == 14
    for field in ("slug", "name_nl", "name_en", "sign"):
        assert len({getattr(theme, field) for theme in themes}) == 14, field


def test_every_theme_has_one_sentence_in_each_language() -> None:
    for theme in read.themes():
        for sentence in (theme.sentence_nl, theme.sentence_en):
            assert sentence.endswith(".")
            assert sentence.count(".") == 1


def test_every_partner_has_a_site_and_says_who_it_is_in_one_sentence() -> None:
    assert "vdp" in {partner.slug for partner in read.partners()}
    for partner in read.partners():
        assert SLUG.fullmatch(partner.slug)
        assert re.fullmatch(r"https://[a-z0-9-]+(\.[a-z0-9-]+)+", partner.site)
        for sentence in (partner.sentence_nl, partner.sentence_en):
            assert sentence.endswith(".")
            assert sentence.count(".") == 1


def test_every_theme_is_carried_by_an_article() -> None:
    carried = {slug for article in ARTICLES for slug in article.themes}
    assert carried == {theme.slug for theme in read.themes()}


def test_the_two_editions_have_twelve_and_six_articles() -> None:
    counts = {edition.key: len(edition.articles) for edition in read.editions()}
    assert counts == {"12-2": 12, "14-2": 6}


def test_the_volume_of_an_edition_follows_from_its_year() -> None:
    base = read.magazine().volume_base_year
    for edition in read.editions():
        assert edition.volume == edition.appeared_on.year - base
        assert 1 <= edition.number <= edition.numbers_in_year


def test_every_editorial_has_two_or_three_sentences() -> None:
    for edition in read.editions():
        assert 2 <= len(re.findall(r"\.(?:\s|$)", edition.editorial)) <= 3


def test_the_pages_of_an_edition_ascend() -> None:
    for edition in read.editions():
        assert all(one.page < other.page for one, other in pairwise(edition.articles))


def test_every_slug_is_plain_ascii_and_used_once() -> None:
    articles = [article.slug for article in ARTICLES]
    assert len(set(articles)) == len(articles)
    for slug in [*articles, *(theme.slug for theme in read.themes())]:
        assert SLUG.fullmatch(slug)


@each_article
def test_a_summary_has_forty_to_seventy_words(article: read.ArticleFacts) -> None:
    assert 40 <= len(article.summary.split()) <= 70


@each_article
def test_text_has_no_stray_space_or_line_break(article: read.ArticleFacts) -> None:
    for text in (article.title, article.summary, *article.authors):
        assert text == " ".join(text.split())


@each_article
def test_an_article_has_one_to_three_different_existing_themes(article: read.ArticleFacts) -> None:
    assert 1 <= len(article.themes) <= 3
    assert len(set(article.themes)) == len(article.themes)
    assert set(article.themes) <= {theme.slug for theme in read.themes()}


@each_article
def test_an_article_has_an_author_and_a_known_kind(article: read.ArticleFacts) -> None:
    assert article.authors
    assert article.kind in {"redactioneel", "interview", "artikel", "opinie", "studiereis"}


def test_an_article_is_released_when_its_edition_appears() -> None:
    for edition in read.editions():
        assert {article.released_on for article in edition.articles} == {edition.appeared_on}


def test_there_are_enough_different_names_for_demo_readers() -> None:
    names = read.names()
    for group in (names.first_names, names.surnames):
        assert len(group) == len(set(group)) == 120


def test_organisations_are_of_six_kinds_and_live_under_example() -> None:
    organisations = read.names().organisations
    assert len({organisation.domain for organisation in organisations}) == 40
    assert Counter(organisation.kind for organisation in organisations).keys() == {
        "gemeente",
        "provincie",
        "waterschap",
        "rijk",
        "uitvoering",
        "kennis",
    }
    for organisation in organisations:
        label, _, rest = organisation.domain.partition(".")
        assert SLUG.fullmatch(label)
        assert rest == "example"
