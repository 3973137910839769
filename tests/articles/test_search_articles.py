"""Finding articles in the store."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from newsletter.articles.drafts import Draft
from newsletter.articles.find_articles import (
    ArticleState,
    Found,
    Order,
    Wanted,
    articles_like,
    find_articles,
)
from newsletter.articles.models import Article, ArticleKind
from newsletter.articles.queries import count_of_themes, list_of_themes
from newsletter.articles.release import release
from newsletter.articles.write import add_article
from newsletter.catalogue.models import Theme

DAY = timedelta(days=1)
Find = Callable[..., Found]


@pytest.fixture
def find(now: datetime) -> Find:
    def ask(words: str = "", **asked: object) -> Found:
        return find_articles(Wanted(words, **asked), now=now)  # type: ignore[arg-type]

    return ask


@pytest.fixture
def add(session: Session, draft: Draft, now: datetime) -> Callable[..., Article]:
    def put(title: str, **change: object) -> Article:
        return add_article(replace(draft, title=title, **change), now=now)  # type: ignore[arg-type]

    return put


def test_every_word_must_stand_somewhere_in_the_article(
    session: Session, draft: Draft, now: datetime, find: Find
) -> None:
    article = add_article(replace(draft, body_md="Over *zeppelins* en kaas."), now=now)
    for words in ("LOKET noor", "formulier balie", "zeppelin", "kaas wit"):
        assert find(words).articles == [article], words
    assert find("loket helikopter").articles == []


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Gemeenten werken samen", "gemeente"),  # the stem
        ("Meedenken met inwoners", "meed inwo"),  # what words begin with
        ("Één café in Curaçao", "een CAFE curacao"),  # accents or none
        ("Een cafe", "café"),
        ("De e-mail van morgen", "e-mail"),
        ("Over de toekomst", "de"),  # a word that says little is still a word
        ("Wob/Woo: wat nu?", "woo"),
    ],
)
def test_a_word_is_found_as_people_type_it(
    add: Callable[..., Article], find: Find, title: str, words: str
) -> None:
    article = add(title, summary="x", authors=())
    assert article in find(words).articles


@pytest.mark.parametrize("words", ["nieuwsbrief", "niewsbrieven", "nieuwsbreiven"])
def test_what_looks_like_the_words_follows_what_has_them(
    add: Callable[..., Article], find: Find, words: str
) -> None:
    plural = add("Twaalf nieuwsbrieven gelezen")
    found = find(words)
    assert plural in [*found.articles, *found.alike]
    assert plural not in found.articles
    same = add("Twaalf nieuwsbrieven gelezen", summary=f"Over {words}.")
    found = find(words)
    assert same in found.articles
    assert same not in found.alike


def test_signs_that_mean_something_to_the_database_are_no_words(
    add: Callable[..., Article], find: Find
) -> None:
    full = add("Voor 100% digi_taal")
    add("Een ander stuk")
    assert find("100%").articles == [full]
    assert find("digi_taal").articles == [full]
    assert find("\\").articles == []
    assert find("' & !:* (").articles == []


@given(words=st.text(max_size=60))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_any_words_are_an_answer_and_not_an_error(session: Session, words: str) -> None:
    asked = words.replace("\x00", "").encode("utf-8", "ignore").decode()
    find_articles(Wanted(asked), now=datetime(2026, 3, 10).astimezone())


def test_the_store_is_filtered_by_theme_kind_and_state(
    add: Callable[..., Article], make_theme: Callable[[str], Theme], draft: Draft, find: Find,
    now: datetime,
) -> None:
    other = make_theme("ander-proefthema")
    interview = add("Een gesprek")
    opinion = add("Een mening", kind="opinie", theme_ids=(other.id,))
    assert find(theme_id=other.id).articles == [opinion]
    both = find(theme_id=draft.theme_ids[0], kind=ArticleKind.INTERVIEW)
    assert both.articles == [interview]
    release(interview, at=now, now=now)
    release(opinion, at=now + DAY, now=now)
    asked = {"theme_id": draft.theme_ids[0], "words": "gesprek"}
    assert find(**asked, state=ArticleState.RELEASED).articles == [interview]
    assert find(**asked, state=ArticleState.DRAFT).articles == []
    assert find("mening", state=ArticleState.COMING).articles == [opinion]


def test_a_list_stands_in_the_order_that_is_asked(
    add: Callable[..., Article], find: Find, now: datetime, theme: Theme
) -> None:
    beta, alpha = add("Élan proefwoord"), add("alfa proefwoord")
    release(beta, at=now + DAY, now=now)
    alpha.updated_at = now + 2 * DAY
    for order, first in ((Order.NEWEST, beta), (Order.CHANGED, alpha), (Order.TITLE, alpha)):
        assert find("proefwoord", order=order).articles[0] is first


def test_a_text_of_the_greatest_length_can_be_searched(
    add: Callable[..., Article], find: Find
) -> None:
    letters = [chr(0x10400 + n) for n in range(40)] + [chr(0x4E00 + n) for n in range(400)]
    words = [one + two for one in letters for two in letters]
    assert add("Lang", body_md=" ".join(words)[:99_000]).id


def test_titles_alike_are_found_the_most_alike_first(
    add: Callable[..., Article],
) -> None:
    same, near = add("Een loket dat meedenkt"), add("Het loket dat meedenkt")
    add("Iets heel anders")
    assert list(articles_like("een LOKET, dat meedenkt")) == [same, near]
    assert list(articles_like("Een loket dat meedenkt", but=same.id)) == [near]


def test_readers_see_what_is_released_the_newest_first(
    session: Session, draft: Draft, now: datetime
) -> None:
    early, late, never = (add_article(draft, now=now) for _ in range(3))
    release(early, at=now, now=now)
    release(late, at=now + DAY, now=now)
    theme_id = draft.theme_ids[0]
    assert list_of_themes([theme_id], now) == [early]
    assert list_of_themes([theme_id], now + timedelta(days=2)) == [late, early]
    assert never.released_at is None


def test_every_released_article_of_a_theme_stands_on_exactly_one_page(
    session: Session, draft: Draft, now: datetime
) -> None:
    made = [add_article(draft, now=now) for _ in range(7)]
    for place, each in enumerate(made):
        release(each, at=now + (place % 3) * DAY, now=now)
    theme_ids = draft.theme_ids[:1]
    later = now + 2 * DAY
    pages = [list_of_themes(theme_ids, later, limit=3, after=after) for after in (0, 3, 6)]
    assert [len(page) for page in pages] == [3, 3, 1]
    assert {each.id for page in pages for each in page} == {each.id for each in made}
    assert count_of_themes(theme_ids, later) == 7
    assert count_of_themes(theme_ids, now) == 3
