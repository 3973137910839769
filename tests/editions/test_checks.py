"""What the checks find in an edition: each rule with what breaks it and what keeps it."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from newsletter.articles.models import Article
from newsletter.catalogue.models import Theme
from newsletter.editions.check_items import check_item, check_items, check_missing, used_before
from newsletter.editions.check_links import check_links, summed
from newsletter.editions.check_texts import check_number, check_texts
from newsletter.editions.link_models import LinkCheck
from newsletter.editions.links import addresses_in, links_in, links_of
from newsletter.editions.models import Edition, EditionItem
from newsletter.fetching.trouble import Trouble
from tests.material import NOW, article, edition, planned


def made(**texts: Any) -> Edition:
    """An edition of which nothing is wrong, but for what is said."""
    well = {"title": "Verbinden", "subject": "inGovernment 20·8: Verbinden", "items": [],
            "preheader": "Wat erin staat, in één regel.", "editorial_md": "Dag lezer."}
    return Edition(volume=20, number=8, **{**well, **texts})


def piece(**fields: Any) -> EditionItem:
    """An article in an edition of which nothing is wrong, but for what is said."""
    well = {"title": "Een stuk", "summary": "Kort.", "body_md": "", "image_id": None,
            "image_alt": "", "themes": ["data"], "canonical_url": None}
    values = {**well, **fields}
    themes = values.pop("themes")
    one = Article(**values)
    one.themes = [Theme(slug=name) for name in themes]
    return EditionItem(article=one, article_id=7, section="")


def codes(found: Any) -> list[tuple[str, bool, str]]:
    return [(each.code, each.is_wrong, each.at) for each in found]


def test_nothing_is_found_in_texts_that_are_well() -> None:
    assert check_texts(made()) == []


@pytest.mark.parametrize(
    ("texts", "code", "at"),
    [
        ({"subject": "x" * 61}, "long_subject", "subject"),
        ({"subject": "LEES DIT NUMMER NU"}, "capitals", "subject"),
        ({"subject": "Een nieuw nummer!"}, "exclamation", "subject"),
        ({"preheader": " "}, "no_preheader", "preheader"),
        ({"preheader": "x" * 91}, "long_preheader", "preheader"),
        ({"preheader": "INGOVERNMENT 20·8: verbinden"}, "same_preheader", "preheader"),
        ({"editorial_md": ""}, "no_editorial", "editorial_md"),
        ({"editorial_md": "[Lees meer…](https://x.example)"}, "vague_link", "editorial_md"),
        ({"editorial_md": "[klik hier](https://x.example)"}, "vague_link", "editorial_md"),
    ],
)
def test_what_readers_would_notice_in_a_text_is_something_to_mind(
    texts: dict[str, str], code: str, at: str
) -> None:
    assert codes(check_texts(made(**texts))) == [(code, False, at)]


@pytest.mark.parametrize(
    "subject", ["x" * 60, "AVG, BZK, VNG en IPO", "NIS2", "Wat nu?"])
def test_a_subject_that_is_well_is_let_be(subject: str) -> None:
    assert check_texts(made(subject=subject)) == []


def test_a_link_that_says_where_it_leads_is_let_be() -> None:
    assert check_texts(made(editorial_md="Zie [de wet](https://x.example).")) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("inGovernment 20·8: Verbinden", []),
        ("inGovernment 20·7: Verbinden", [("other_number", True, "title")]),
        ("inGovernment 19·8: Verbinden", [("other_number", True, "title")]),
        ("Jaargang 19 begint", [("other_number", True, "title")]),
        ("Jaargang 20 begint", []),
        ("inGovernment 20-8", [("number_spelled", False, "title")]),
        ("inGovernment 20.8", [("number_spelled", False, "title")]),
        ("inGovernment 20-7", [("perhaps_number", False, "title")]),
        ("Nummer 7 is er", [("perhaps_number", False, "title")]),
        ("Nummer 8 is er", []),
        ("Op 20-7-2026 om 20.30 uur", []),
        ("Groei van 20.7% en 20.712 lezers", []),
        ("NIS2, 5G en 112", []),
    ],
)
def test_a_line_that_names_another_number_is_found(
    text: str, expected: list[tuple[str, bool, str]]
) -> None:
    assert codes(check_number(text, made(), at="title")) == expected


def test_an_article_that_is_well_is_let_be() -> None:
    assert check_item(piece(), used=()) == []
    assert check_item(piece(body_md="![De hal](https://x.example/a.jpg)"), used=()) == []


@pytest.mark.parametrize(
    ("fields", "code", "is_wrong"),
    [
        ({"image_id": 3, "image_alt": " "}, "no_alt", True),
        ({"body_md": "![](https://x.example/a.jpg)"}, "no_alt", True),
        ({"title": "x" * 91}, "long_title", False),
        ({"themes": []}, "no_theme", False),
    ],
)
def test_what_an_article_lacks_is_found_at_the_article(
    fields: dict[str, Any], code: str, is_wrong: bool
) -> None:
    assert codes(check_item(piece(**fields), used=())) == [(code, is_wrong, "article:7")]


def test_an_article_that_stood_in_an_edition_before_is_found_with_which(session: Session) -> None:
    one, fresh = article("data"), article("data")
    edition([one], number=7)
    present = edition([one, fresh], send_at=NOW + timedelta(days=7))
    used = used_before(present)
    assert used == {one.id: ["90-7"]}
    (found,) = check_items(present, used=used)
    assert (found.code, found.is_wrong, found.said["numbers"]) == ("used_before", False, "90·7")


def test_what_an_edition_misses_is_wrong(session: Session) -> None:
    one = article("data", released_at=None)
    present = planned([one])
    present.subject = ""
    assert codes(check_missing(present)) == [
        ("no_subject", True, "subject"), ("not_released", True, f"article:{one.id}")]


def test_many_articles_are_something_to_mind() -> None:
    many = made(items=[piece() for _ in range(13)])
    assert codes(check_items(many, used={})) == [("many_articles", False, "order")]


def test_links_are_those_of_editorial_and_articles_and_only_of_the_web() -> None:
    present = made(
        editorial_md="[een](https://x.example/1) [post](mailto:a@x.example) <https://x.example/2>",
        items=[piece(body_md="[drie](HTTP://x.example/3)", canonical_url="https://x.example/4"),
               piece(body_md="[weer](https://x.example/1)")],
    )
    assert [link.words for link in links_of(present)][:2] == ["een", "https://x.example/2"]
    assert addresses_in(present) == [
        "https://x.example/1", "https://x.example/2", "HTTP://x.example/3", "https://x.example/4"]


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ({}, []),
        ({"trouble": Trouble.BAD_STATUS, "status": 404}, [("dead_link", True, "editorial_md")]),
        ({"trouble": Trouble.BAD_STATUS, "status": 410}, [("dead_link", True, "editorial_md")]),
        ({"trouble": Trouble.BAD_STATUS, "status": 503}, [("shaky_link", False, "editorial_md")]),
        ({"trouble": Trouble.UNREACHABLE}, [("shaky_link", False, "editorial_md")]),
    ],
)
def test_a_link_to_nothing_is_wrong_and_one_that_did_not_answer_is_something_to_mind(
    result: dict[str, Any], expected: list[tuple[str, bool, str]]
) -> None:
    links = links_in("[een](https://x.example/1)", at="editorial_md")
    tried = {"https://x.example/1": LinkCheck(tried_at=NOW, **result)}
    assert codes(check_links(links, tried)) == expected
    assert summed(links, tried) == (1, 1, NOW)


def test_links_that_were_not_tried_are_counted() -> None:
    links = links_in("[een](https://x.example/1)", at="editorial_md")
    assert codes(check_links(links, {})) == [("untried_links", False, "links")]
