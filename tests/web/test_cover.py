"""The cover: the same for ever, and true to its rule."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from newsletter.web.cover import COLUMNS, ROWS, CoverFacts, draw_cover, in_band, sign_at
from newsletter.web.signs import SIGNS, drawing

FACTS = CoverFacts(
    volume=14, number=2, numbers_in_year=8, month="maart 2020", wordmark=("in", "Government"),
    signs=("leiderschap", "omgevingswet", "open-overheid", "smart-city", "dienstverlening"),
)


def test_the_same_edition_has_the_same_cover() -> None:
    assert draw_cover(FACTS, title="Omslag") == draw_cover(replace(FACTS), title="Omslag")


def test_the_grid_of_14_2_follows_the_rule() -> None:
    band = [sign_at(1, row, facts=FACTS) for row in range(ROWS)]
    assert band == [
        "dienstverlening", "open-overheid", "omgevingswet", "dienstverlening", "smart-city",
        "omgevingswet",
    ]
    assert sign_at(0, 0, facts=FACTS) is None


def test_the_band_is_the_column_of_the_number_and_two_columns_wide_in_a_year_of_four() -> None:
    assert [c for c in range(COLUMNS) if in_band(c, facts=FACTS)] == [1]
    quarterly = replace(FACTS, numbers_in_year=4)
    assert [c for c in range(COLUMNS) if in_band(c, facts=quarterly)] == [2, 3]


@given(
    volume=st.integers(1, 999), year=st.integers(1, 8), data=st.data(),
    signs=st.lists(st.sampled_from(sorted(SIGNS)), max_size=8, unique=True),
)
def test_every_number_of_every_year_has_a_cover_whose_signs_are_all_drawn(
    volume: int, year: int, data: st.DataObject, signs: list[str]
) -> None:
    number = data.draw(st.integers(1, year))
    facts = replace(FACTS, volume=volume, number=number, numbers_in_year=year, signs=tuple(signs))
    drawn = HTMLParser(draw_cover(facts, title="<b>"))
    assert drawn.css("b") == []
    named = {f"#{symbol.attributes['id']}" for symbol in drawn.css("symbol")}
    assert {use.attributes["href"] for use in drawn.css("use")} <= named
    assert len(drawn.css(".cover-stroke")) == year


def test_a_number_outside_its_year_has_no_cover() -> None:
    with pytest.raises(ValueError, match="fits no cover"):
        draw_cover(replace(FACTS, number=9), title="")


def test_a_theme_that_nobody_drew_has_a_lasting_sign_of_its_own() -> None:
    assert drawing("waterbeheer") == drawing("waterbeheer") != drawing("energie")
