"""Versions of articles, and themes that were retired while an article carried them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.articles.drafts import Draft
from newsletter.articles.models import article_themes
from newsletter.articles.release import release
from newsletter.articles.restore import restore
from newsletter.articles.versions import draft_in, draft_of, find_version, list_versions
from newsletter.articles.write import add_article, edit_article
from newsletter.catalogue.models import Theme, ThemeHeir
from newsletter.errors import BadInput

HOUR = timedelta(hours=1)


def given_at(session: Session, article_id: int) -> dict[int, datetime | None]:
    """Since when an article has each of its themes, as the table says."""
    rows = session.execute(select(article_themes.c.theme_id, article_themes.c.given_at)
                           .where(article_themes.c.article_id == article_id))
    return {row.theme_id: row.given_at for row in rows}


def test_a_version_gives_back_exactly_what_was_written(
    session: Session, draft: Draft, now: datetime
) -> None:
    full = replace(draft, subject="Jan Jansen", body_md="# Kop\n\nTekst.", page=7, language="en",
                   published_on=now.date(), canonical_url="https://elders.example/stuk?a=1")
    article = add_article(full, now=now)
    kept = find_version(article.id, 0)
    assert kept is not None
    assert draft_in(kept) == draft_of(article) == full


def test_an_edit_leaves_a_retired_theme_where_it_is(
    session: Session, draft: Draft, make_theme: Callable[[str], Theme], now: datetime
) -> None:
    retired, other = make_theme("proef-oud"), make_theme("proef-ander")
    article = add_article(replace(draft, theme_ids=(*draft.theme_ids, retired.id)), now=now)
    release(article, at=now, now=now)
    retired.retired_at = now
    session.flush()
    edit_article(article, replace(draft, theme_ids=(other.id,)), revision=0, now=now + HOUR)
    assert {theme.id for theme in article.themes} == {retired.id, other.id}
    assert given_at(session, article.id) == {retired.id: None, other.id: now + HOUR}


def test_a_theme_that_comes_back_is_new_to_its_readers_and_the_others_are_not(
    session: Session, draft: Draft, make_theme: Callable[[str], Theme], now: datetime
) -> None:
    kept, back = draft.theme_ids[0], make_theme("proef-terug").id
    article = add_article(replace(draft, theme_ids=(kept, back)), now=now)
    release(article, at=now, now=now)
    edit_article(article, draft, revision=0, now=now + HOUR)
    assert given_at(session, article.id) == {kept: None}
    first = find_version(article.id, 0)
    assert first is not None
    assert restore(article, first, revision=1, now=now + 2 * HOUR)
    assert given_at(session, article.id) == {kept: None, back: now + 2 * HOUR}
    assert not restore(article, first, revision=2, now=now + 3 * HOUR)


def test_a_restore_brings_no_retired_theme_back(
    session: Session, draft: Draft, make_theme: Callable[[str], Theme], now: datetime
) -> None:
    gone = make_theme("proef-weg")
    article = add_article(replace(draft, theme_ids=(gone.id,)), now=now)
    edit_article(article, replace(draft, title="Anders"), revision=0, now=now)
    gone.retired_at = now
    session.flush()
    first = find_version(article.id, 0)
    assert first is not None
    restore(article, first, revision=1, now=now)
    assert article.title == draft.title
    assert [theme.id for theme in article.themes] == list(draft.theme_ids)


def test_a_restore_gives_a_theme_that_was_merged_its_heir(
    session: Session, draft: Draft, make_theme: Callable[[str], Theme], now: datetime
) -> None:
    gone, heir = make_theme("proef-weg"), make_theme("proef-erfgenaam")
    article = add_article(replace(draft, theme_ids=(*draft.theme_ids, gone.id)), now=now)
    edit_article(article, draft, revision=0, now=now)
    session.add(ThemeHeir(theme_id=gone.id, heir_id=heir.id, at=now))
    gone.retired_at = now
    session.flush()
    first = find_version(article.id, 0)
    assert first is not None
    restore(article, first, revision=1, now=now)
    assert {theme.id for theme in article.themes} == {*draft.theme_ids, heir.id}


def test_a_restore_over_what_someone_else_saved_is_refused(
    session: Session, draft: Draft, now: datetime
) -> None:
    article = add_article(draft, now=now)
    edit_article(article, replace(draft, title="Anders"), revision=0, now=now)
    first = find_version(article.id, 0)
    assert first is not None
    with pytest.raises(BadInput, match="saved_meanwhile"):
        restore(article, first, revision=0, now=now)
    assert [one.revision for one in list_versions(article.id)] == [1, 0]


@pytest.mark.parametrize("address", [
    "elders.example", "ftp://elders.example/x", "https://", "https://a b.example/",
    "https://iemand:geheim@elders.example/", "javascript:alert(1)", "https://[::1", "x" * 2001,
    "https://elders.example/\r\nX: y", 'https://elders.example/"',
])
def test_an_address_that_is_none_is_refused_at_its_field(
    session: Session, draft: Draft, now: datetime, address: str
) -> None:
    with pytest.raises(BadInput) as refused:
        add_article(replace(draft, canonical_url=address), now=now)
    assert refused.value.field == "canonical_url"
