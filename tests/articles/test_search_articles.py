"""Finding articles in the store."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from newsletter.articles.drafts import Draft
from newsletter.articles.models import ArticleKind
from newsletter.articles.queries import list_of_themes, search_articles
from newsletter.articles.release import release
from newsletter.articles.write import add_article
from newsletter.catalogue.models import Theme


def test_every_word_must_stand_in_title_summary_or_author(
    session: Session, draft: Draft, now: datetime
) -> None:
    article = add_article(draft, now=now)
    assert search_articles("LOKET noor").articles == [article]
    assert search_articles("loket zeppelin").articles == []


def test_signs_that_mean_something_to_the_database_are_plain_signs(
    session: Session, draft: Draft, now: datetime
) -> None:
    add_article(draft, now=now)
    full = add_article(replace(draft, title="Voor 100% digi_taal"), now=now)
    assert search_articles("100%").articles == [full]
    assert search_articles("digi_taal").articles == [full]
    assert search_articles("\\").articles == []


def test_the_store_is_filtered_by_theme_and_kind(
    session: Session, draft: Draft, make_theme: Callable[[str], Theme], now: datetime
) -> None:
    other = make_theme("ander-proefthema")
    interview = add_article(draft, now=now)
    opinion = add_article(replace(draft, kind="opinie", theme_ids=(other.id,)), now=now)
    assert search_articles(theme_id=other.id).articles == [opinion]
    both = search_articles(theme_id=draft.theme_ids[0], kind=ArticleKind.INTERVIEW)
    assert both.articles == [interview]


def test_a_page_holds_fifty_and_a_page_too_far_is_the_last(
    session: Session, draft: Draft, now: datetime
) -> None:
    for number in range(51):
        add_article(replace(draft, title=f"Proefstuk {number}"), now=now)
    shelf = search_articles("proefstuk", page=9)
    assert (shelf.total, shelf.pages, shelf.page, len(shelf.articles)) == (51, 2, 2, 1)


def test_readers_see_what_is_released_the_newest_first(
    session: Session, draft: Draft, now: datetime
) -> None:
    early, late, never = (add_article(draft, now=now) for _ in range(3))
    release(early, at=now, now=now)
    release(late, at=now + timedelta(days=1), now=now)
    theme_id = draft.theme_ids[0]
    assert list_of_themes([theme_id], now) == [early]
    assert list_of_themes([theme_id], now + timedelta(days=2)) == [late, early]
    assert never.released_at is None
