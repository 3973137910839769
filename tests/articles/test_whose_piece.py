"""Two feeds that give one address: who stands nearer to the page says what stands on it (S10)."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.articles.add_feed import FeedDraft, add_feed
from newsletter.articles.feed_models import Feed, FeedItem, ItemState
from newsletter.articles.forget_items import KEPT_ASIDE, forget_items
from newsletter.articles.judge_item import accept_item, put_aside
from newsletter.articles.look_at_feed import Seen, claim_look, keep_seen
from newsletter.articles.models import Article
from newsletter.articles.read_feed import Found
from newsletter.articles.whose import Nearness, host_elsewhere, nearness
from newsletter.errors import NotFound
from tests.material import NOW, theme_ids

PAGE = "https://goed.example/stuk-1"


def feed(address: str) -> Feed:
    return add_feed(FeedDraft(address[:60], address, 1), now=NOW, account_id=None)


@pytest.fixture
def good(session: Session) -> Feed:
    return feed("https://www.goed.example/feed")


@pytest.fixture
def bad(session: Session) -> Feed:
    return feed("https://kwaad.example/feed")


def give(made: Feed, title: str, *, key: str = "1", address: str = PAGE, at: int = 0) -> int:
    """Let the feed give this, and keep it so many hours later; how many are new."""
    now = NOW + timedelta(hours=at)
    look = claim_look(made.id, now=now)
    assert look is not None
    one = Found(key=key, address=address, title=title, summary=title, body_md="", authors=(),
                published_on=None)
    return keep_seen(look, Seen([one]), now=now)


def kept(session: Session) -> list[tuple[str, str, ItemState]]:
    session.flush()
    rows = session.execute(
        select(Feed.address, FeedItem.title, FeedItem.state)
        .join(Feed, Feed.id == FeedItem.feed_id).order_by(FeedItem.id))
    return [(row[0], row[1], row[2]) for row in rows]


def only(session: Session) -> FeedItem:
    return session.scalars(select(FeedItem)).one()


@pytest.mark.parametrize("good_first", [True, False])
def test_the_feed_of_the_page_is_believed_whoever_comes_first(
    session: Session, good: Feed, bad: Feed, good_first: bool
) -> None:
    if good_first:
        assert (give(good, "Waar"), give(bad, "Vals")) == (1, 0)
    else:
        assert (give(bad, "Vals"), give(good, "Waar")) == (1, 1)
    told = [(good.address, "Waar", ItemState.WAITING)]
    assert kept(session) == told
    # And so it stays, whatever either gives after that.
    assert (give(bad, "Valser", at=1), give(bad, "Nog valser", key="2", at=2)) == (0, 0)
    assert give(good, "Waar", at=1) == 0
    assert kept(session) == told


@pytest.mark.parametrize("is_forgotten", [False, True])
def test_what_was_put_aside_of_another_blocks_nobody(
    session: Session, good: Feed, bad: Feed, is_forgotten: bool
) -> None:
    give(bad, "Vals")
    put_aside(only(session).id, now=NOW, account_id=None)
    if is_forgotten:
        assert forget_items(now=NOW + KEPT_ASIDE + timedelta(seconds=1)) == 1
    assert give(good, "Waar", at=1) == 1
    assert kept(session) == [(good.address, "Waar", ItemState.WAITING)]
    # What the desk puts aside of the page's own feed does not come back.
    put_aside(only(session).id, now=NOW, account_id=None)
    assert (give(good, "Waar", at=2), give(bad, "Vals", at=2)) == (0, 0)
    assert kept(session) == [(good.address, "Waar", ItemState.ASIDE)]


def test_what_the_desk_took_over_stays_what_it_is(
    session: Session, good: Feed, bad: Feed
) -> None:
    give(bad, "Overgenomen")
    item = only(session)
    article = accept_item(item.id, tuple(theme_ids("data")), now=NOW, account_id=None)
    assert give(good, "Waar", at=1) == 0
    assert kept(session) == [(bad.address, "Overgenomen", ItemState.ACCEPTED)]
    assert (item.article_id, article.title) == (article.id, "Overgenomen")
    assert session.scalars(select(Article.title).where(Article.canonical_url == PAGE)).all() == [
        "Overgenomen"]


def test_what_made_way_cannot_be_judged_any_more(session: Session, good: Feed, bad: Feed) -> None:
    give(bad, "Vals")
    seen_by_the_desk = only(session).id
    give(good, "Waar")
    session.expire_all()
    with pytest.raises(NotFound):
        accept_item(seen_by_the_desk, tuple(theme_ids("data")), now=NOW, account_id=None)
    assert kept(session) == [(good.address, "Waar", ItemState.WAITING)]


def test_of_two_strangers_the_first_is_kept(session: Session, bad: Feed) -> None:
    service = feed("https://feeds.dienst.example/goed")
    assert (give(bad, "Eerst"), give(service, "Later")) == (1, 0)
    assert kept(session) == [(bad.address, "Eerst", ItemState.WAITING)]
    put_aside(only(session).id, now=NOW, account_id=None)
    assert give(service, "Later", at=1) == 0


def test_of_two_feeds_of_the_page_itself_the_first_is_kept(session: Session, good: Feed) -> None:
    other = feed("https://goed.example/alles")
    assert (give(good, "Eerst"), give(other, "Later")) == (1, 0)
    assert kept(session) == [(good.address, "Eerst", ItemState.WAITING)]


def test_a_host_inside_that_of_the_page_comes_before_a_stranger_and_after_its_own(
    session: Session, good: Feed, bad: Feed
) -> None:
    kin = feed("https://feeds.goed.example/nieuws")
    assert (give(bad, "Vals"), give(kin, "Verwant"), give(good, "Eigen")) == (1, 1, 1)
    assert (give(kin, "Verwant", at=1), give(bad, "Vals", at=1)) == (0, 0)
    assert kept(session) == [(good.address, "Eigen", ItemState.WAITING)]


def test_other_pieces_of_the_stranger_stay(session: Session, good: Feed, bad: Feed) -> None:
    give(bad, "Eigen stuk", key="9", address="https://kwaad.example/9")
    give(bad, "Vals", at=1)
    give(good, "Waar", at=1)
    assert kept(session) == [(bad.address, "Eigen stuk", ItemState.WAITING),
                             (good.address, "Waar", ItemState.WAITING)]


@pytest.mark.parametrize(("at", "address", "near"), [
    ("https://goed.example/feed", PAGE, Nearness.OWN),
    ("http://WWW.Goed.Example:80/feed", PAGE, Nearness.OWN),
    ("https://goed.example/feed", "https://www.goed.example:8443/x", Nearness.OWN),
    ("https://goed.example./feed", PAGE, Nearness.OWN),
    ("https://münchen.example/feed", "https://xn--mnchen-3ya.example/x", Nearness.OWN),
    ("https://127.0.0.1/feed", "https://127.0.0.1/x", Nearness.OWN),
    ("https://[2001:db8::1]/feed", "https://[2001:db8::1]/x", Nearness.OWN),
    ("https://feeds.goed.example/", PAGE, Nearness.KIN),
    ("https://goed.example/feed", "https://nieuws.goed.example/x", Nearness.KIN),
    ("https://kwaadgoed.example/", PAGE, Nearness.STRANGER),
    ("https://goed.example.kwaad.example/", PAGE, Nearness.STRANGER),
    ("https://goed.example@kwaad.example/", PAGE, Nearness.STRANGER),
    ("https://kwaad.github.io/", "https://goed.github.io/", Nearness.STRANGER),
    ("https://www.nl/", PAGE.replace("example", "nl"), Nearness.STRANGER),
    ("https://dienst.example/goed.example", PAGE, Nearness.STRANGER),
    ("https://1.10.0.0.1/", "https://10.0.0.1/", Nearness.STRANGER),
    ("https://gоed.example/", PAGE, Nearness.STRANGER),  # with an о of another alphabet
    (f"https://{'x' * 64}.example/", PAGE, Nearness.STRANGER),
    ("https://[goed.example/", PAGE, Nearness.STRANGER),
])
def test_a_feed_stands_as_near_to_a_page_as_their_hosts_say(
    at: str, address: str, near: Nearness
) -> None:
    assert nearness(at, address) is near
    assert bool(host_elsewhere(at, address)) is (near is not Nearness.OWN)


def test_a_host_of_another_alphabet_is_shown_as_what_it_is() -> None:
    elsewhere = host_elsewhere("https://goed.example/feed", "https://gоed.example/x")
    assert elsewhere == "xn--ged-sed.example"
