"""The catalogue: themes in the house's order, in two languages, and one magazine."""

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from newsletter.catalogue.models import Magazine
from newsletter.catalogue.queries import find_theme, magazine, themes, themes_by_id
from newsletter.errors import NotFound
from tests.material import NOW


def test_themes_stand_in_the_order_of_the_house(session: Session) -> None:
    positions = [theme.position for theme in themes()]
    assert positions == sorted(positions)
    assert 12 <= len(positions) <= 14


def test_a_retired_theme_can_be_found_and_not_be_picked(session: Session) -> None:
    retired = themes()[0]
    retired.retired_at = NOW
    session.flush()
    assert retired not in themes()
    assert find_theme(retired.slug) is retired
    assert themes_by_id([retired.id]) == [retired]


def test_unknown_ids_are_left_out_and_the_order_is_the_houses(session: Session) -> None:
    first, second = themes()[:2]
    assert themes_by_id([10**9, second.id, first.id]) == [first, second]
    assert themes_by_id([]) == []


def test_a_theme_has_a_name_and_a_sentence_in_each_language(session: Session) -> None:
    for theme in themes():
        assert theme.name("nl") == theme.name_nl
        assert theme.name("en") == theme.name_en
        assert theme.sentence("nl") == theme.sentence_nl
        assert theme.sentence("en") == theme.sentence_en


def test_a_theme_that_was_never_there_is_not_found(session: Session) -> None:
    assert find_theme("geen-thema") is None


def test_without_seeds_there_is_no_magazine(session: Session) -> None:
    assert magazine().issn
    session.execute(delete(Magazine))
    session.expire_all()
    with pytest.raises(NotFound):
        magazine()
