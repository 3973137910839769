"""Writing articles: what is taken, what is refused, and what their address becomes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from newsletter.articles.drafts import Draft, faults, tidy
from newsletter.articles.queries import find_by_slug
from newsletter.articles.release import hold_back, release
from newsletter.articles.slugs import slug_of
from newsletter.articles.write import add_article, edit_article
from newsletter.catalogue.models import Theme
from newsletter.errors import BadInput, BadMoment, WrongState

HOUR = timedelta(hours=1)


def test_an_added_article_is_in_the_store_and_not_released(
    session: Session, draft: Draft, now: datetime
) -> None:
    article = add_article(draft, now=now)
    assert find_by_slug("een-loket-dat-meedenkt") is article
    assert article.released_at is None
    assert [theme.slug for theme in article.themes] == ["proefthema"]


def test_two_articles_of_one_title_get_two_addresses(
    session: Session, draft: Draft, now: datetime
) -> None:
    slugs = [add_article(draft, now=now).slug for _ in range(3)]
    assert slugs == [
        "een-loket-dat-meedenkt", "een-loket-dat-meedenkt-2", "een-loket-dat-meedenkt-3",
    ]


def test_the_address_follows_the_title_until_release_and_stays_after(
    session: Session, draft: Draft, now: datetime
) -> None:
    article = add_article(draft, now=now)
    edit_article(article, replace(draft, title="Een balie"), revision=None, now=now)
    assert article.slug == "een-balie"
    release(article, at=now, now=now)
    edit_article(article, replace(draft, title="Een ander"), revision=None, now=now + HOUR)
    assert (article.slug, article.title) == ("een-balie", "Een ander")


def test_an_edit_keeps_the_day_on_which_an_article_from_elsewhere_appeared(
    session: Session, draft: Draft, now: datetime
) -> None:
    appeared = date(2018, 6, 1)
    article = add_article(replace(draft, published_on=appeared), now=now)
    edit_article(article, replace(draft, title="Een balie"), revision=None, now=now)
    assert article.published_on == appeared


def test_saving_the_same_title_keeps_the_address(
    session: Session, draft: Draft, now: datetime
) -> None:
    article = add_article(draft, now=now)
    edit_article(article, draft, revision=article.revision, now=now + HOUR)
    assert article.slug == "een-loket-dat-meedenkt"


def test_the_later_of_two_writers_is_told_and_overwrites_nothing(
    session: Session, draft: Draft, now: datetime
) -> None:
    article = add_article(draft, now=now)
    seen = article.revision
    edit_article(article, replace(draft, title="Eerste"), revision=seen, now=now + HOUR)
    with pytest.raises(BadInput, match="saved_meanwhile"):
        edit_article(article, replace(draft, title="Tweede"), revision=seen, now=now + 2 * HOUR)
    assert article.title == "Eerste"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"title": "twee\nregels"}, "title"),
        ({"title": "nul\x00teken"}, "title"),
        ({"title": "omge\u202ekeerd"}, "title"),
        ({"summary": ""}, "summary"),
        ({"summary": "x" * 2001}, "summary"),
        ({"summary": "bel\x07"}, "summary"),
        ({"body_md": "x" * 100_001}, "body_md"),
        ({"authors": ("x" * 101,)}, "authors"),
        ({"authors": tuple("abcdefghijk")}, "authors"),
        ({"kind": "gedicht"}, "kind"),
        ({"page": 0}, "page"),
        ({"language": "fr"}, "language"),
        ({"theme_ids": ()}, "theme_ids"),
        ({"theme_ids": (1, 2, 3, 4)}, "theme_ids"),
        ({"theme_ids": (999_999,)}, "theme_ids"),
    ],
)
def test_what_cannot_be_taken_is_refused_at_its_field(
    session: Session, draft: Draft, now: datetime, change: dict[str, object], field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        add_article(replace(draft, **change), now=now)  # type: ignore[arg-type]
    assert refused.value.field == field


@given(title=st.text(max_size=300), summary=st.text(max_size=300))
def test_any_text_is_either_taken_or_refused_at_its_own_field(title: str, summary: str) -> None:
    typed = Draft("artikel", title, (), summary, (1,))
    assert set(faults(tidy(typed))) <= {"title", "summary"}


@given(st.text(max_size=400))
def test_any_title_makes_an_address_that_the_table_takes(title: str) -> None:
    slug = slug_of(title)
    assert 1 <= len(slug) <= 80
    assert all(part and part.isascii() and part.isalnum() for part in slug.split("-"))


def test_an_article_is_released_now_or_at_a_moment_and_never_in_the_past(
    session: Session, draft: Draft, now: datetime
) -> None:
    article = add_article(draft, now=now)
    with pytest.raises(BadMoment):
        release(article, at=now - HOUR, now=now)
    release(article, at=now + HOUR, now=now)
    assert not article.is_released(now)
    release(article, at=now + 2 * HOUR, now=now)
    assert article.is_released(now + 2 * HOUR)


def test_a_release_can_be_taken_back_until_its_moment(
    session: Session, draft: Draft, now: datetime
) -> None:
    article = add_article(draft, now=now)
    release(article, at=now + HOUR, now=now)
    hold_back(article, now=now)
    hold_back(article, now=now)
    assert article.released_at is None
    release(article, at=now, now=now)
    with pytest.raises(WrongState):
        hold_back(article, now=now)
    with pytest.raises(WrongState):
        release(article, at=now + HOUR, now=now)


def test_themes_are_each_kept_once(
    session: Session, draft: Draft, make_theme: Callable[[str], Theme], now: datetime
) -> None:
    other = make_theme("tweede-proefthema")
    ids = (draft.theme_ids[0], other.id, other.id)
    article = add_article(replace(draft, theme_ids=ids), now=now)
    assert len(article.themes) == 2
