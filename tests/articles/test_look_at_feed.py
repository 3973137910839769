"""Looks at feeds: what is new is kept once, what goes wrong is told, and none stops another."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.articles.add_feed import FeedDraft, add_feed, change_feed, switch_off
from newsletter.articles.feed_models import Feed, FeedItem, ItemState
from newsletter.articles.find_feeds import due_feeds, find_item, items_in
from newsletter.articles.forget_items import forget_items
from newsletter.articles.judge_item import accept_item, put_aside
from newsletter.articles.look_at_feed import MOST_WAITING, claim_look, keep_seen, see
from newsletter.errors import BadInput, WrongState
from newsletter.fetching.fetch import Limits
from newsletter.fetching.trouble import Trouble
from tests.articles.test_read_feed import rss
from tests.fetching.rude import Rude, endless, redirect, reply
from tests.material import NOW, theme_ids

HOUR = timedelta(hours=1)
QUICK = Limits(seconds=1.0, wire_bytes=100_000, bytes=200_000)


@pytest.fixture
def rude() -> Iterator[Rude]:
    with Rude().running() as running:
        yield running


@pytest.fixture
def feed(session: Session, rude: Rude) -> Feed:
    return add_feed(FeedDraft("Bond", rude.url("/feed"), 1), now=NOW, account_id=None)


def look(rude: Rude, feed: Feed, *items: str, at: int = 0) -> int:
    """Let the feed give these, and look so many hours later; how many are new."""
    rude.answers["/feed"] = reply(rss(*items), ETag='"een"')
    return look_again(rude, feed, at=at)


def look_again(rude: Rude, feed: Feed, *, at: int) -> int:
    now = NOW + at * HOUR
    claimed = claim_look(feed.id, now=now)
    assert claimed is not None
    return keep_seen(claimed, see(claimed, here=rude.here, limits=QUICK), now=now)


def items(session: Session) -> list[FeedItem]:
    session.flush()
    return list(session.scalars(select(FeedItem).order_by(FeedItem.id)
                                .execution_options(populate_existing=True)))


def piece(title: str = "Een", *, guid: str = "1", link: str = "/een") -> str:
    return f"<title>{title}</title><guid isPermaLink='false'>{guid}</guid><link>{link}</link>"


def test_the_same_piece_is_kept_once(session: Session, rude: Rude, feed: Feed) -> None:
    assert look(rude, feed, piece()) == 1
    assert look(rude, feed, piece(), piece("Twee", guid="2", link="/twee"), at=1) == 1
    assert [one.title for one in items(session)] == ["Een", "Twee"]
    assert (feed.found_last, feed.trouble) == (1, None)


def test_a_changed_guid_or_title_makes_no_second(
    session: Session, rude: Rude, feed: Feed
) -> None:
    look(rude, feed, piece())
    assert look(rude, feed, piece(guid="anders"), at=1) == 0
    assert look(rude, feed, piece("Een, beter", link="/een?utm_source=brief"), at=2) == 0
    assert [one.title for one in items(session)] == ["Een, beter"]


def test_another_feed_does_not_give_it_twice(session: Session, rude: Rude, feed: Feed) -> None:
    look(rude, feed, piece())
    other = add_feed(FeedDraft("Ander", rude.url("/ander"), 1), now=NOW, account_id=None)
    rude.answers["/ander"] = reply(rss(piece("Van een ander", guid="9")))
    assert look_again(rude, other, at=0) == 0
    assert [one.title for one in items(session)] == ["Een"]


def test_what_is_decided_stays_as_it_was(session: Session, rude: Rude, feed: Feed) -> None:
    look(rude, feed, piece(), piece("Twee", guid="2", link="/twee"))
    first, second = items(session)
    put_aside(second.id, now=NOW, account_id=None)
    article = accept_item(first.id, tuple(theme_ids("data")), now=NOW, account_id=None)
    assert (article.released_at, article.canonical_url) == (None, rude.url("/een"))
    assert look(rude, feed, piece("Nieuw"), piece("Ook", guid="2", link="/twee"), at=1) == 0
    assert [(one.title, one.state) for one in items(session)] == [
        ("Een", ItemState.ACCEPTED), ("Twee", ItemState.ASIDE)]
    with pytest.raises(WrongState):
        accept_item(first.id, tuple(theme_ids("data")), now=NOW, account_id=None)


def test_a_day_and_a_language_come_along(session: Session, rude: Rude, feed: Feed) -> None:
    change_feed(feed, FeedDraft("Bond", feed.address, 1, language="en"), now=NOW)
    look(rude, feed, piece() + "<pubDate>2026-11-09T00:10:00</pubDate>")
    article = accept_item(items(session)[0].id, tuple(theme_ids("data")), now=NOW, account_id=None)
    assert (article.published_on, article.language) == (date(2026, 11, 9), "en")


def test_an_empty_feed_is_in_order(session: Session, rude: Rude, feed: Feed) -> None:
    assert look(rude, feed) == 0
    assert (feed.trouble, feed.looked_at) == (None, NOW)


def test_what_did_not_change_is_not_sent_again(session: Session, rude: Rude, feed: Feed) -> None:
    look(rude, feed, piece())
    rude.answers["/feed"] = reply(b"", status="304 Not Modified")
    assert look_again(rude, feed, at=1) == 0
    assert 'if-none-match: "een"' in rude.heard[-1].lower()
    assert (feed.trouble, feed.etag) == (None, '"een"')


@pytest.mark.parametrize(("answer", "trouble"), [
    (reply(b"", status="500 Oops"), Trouble.BAD_STATUS),
    (redirect("http://169.254.169.254/"), Trouble.REFUSED_ADDRESS),
    (reply(b"<p>Hoi", kind="text/html"), Trouble.NO_FEED),
    (reply(b"x", kind="image/png"), Trouble.WRONG_TYPE),
    (endless(b"HTTP/1.1 200 OK\r\n\r\n"), Trouble.TOO_LARGE),
])
def test_a_broken_feed_says_what_and_since_when(
    session: Session, rude: Rude, feed: Feed, answer: bytes, trouble: Trouble
) -> None:
    rude.answers["/feed"] = answer
    look_again(rude, feed, at=0)
    look_again(rude, feed, at=1)
    assert (feed.trouble, feed.failing_since, feed.looked_at) == (trouble, NOW, NOW + HOUR)
    assert look(rude, feed, piece(), at=2) == 1
    assert (feed.trouble, feed.failing_since) == (None, None)


def test_a_look_is_taken_once_and_comes_back_in_its_time(session: Session, feed: Feed) -> None:
    assert due_feeds(NOW) == [feed.id]
    assert claim_look(feed.id, now=NOW) is not None
    assert claim_look(feed.id, now=NOW) is None
    assert due_feeds(NOW + HOUR - timedelta(seconds=1)) == []
    assert due_feeds(NOW + HOUR) == [feed.id]


def test_a_look_that_never_ended_is_told(session: Session, feed: Feed) -> None:
    claim_look(feed.id, now=NOW)
    assert claim_look(feed.id, now=NOW + HOUR) is not None
    assert (feed.trouble, feed.failing_since) == (Trouble.NOT_FINISHED, NOW + HOUR)


def test_what_comes_after_a_change_or_the_switch_is_dropped(
    session: Session, rude: Rude, feed: Feed
) -> None:
    rude.answers["/feed"] = reply(rss(piece()))
    claimed = claim_look(feed.id, now=NOW)
    assert claimed is not None
    seen = see(claimed, here=rude.here)
    change_feed(feed, FeedDraft("Bond", "https://bond.example/feed", 1), now=NOW)
    assert keep_seen(claimed, seen, now=NOW) == 0
    assert due_feeds(NOW) == [feed.id]
    switch_off(feed, now=NOW)
    assert due_feeds(NOW + HOUR) == []
    assert claim_look(feed.id, now=NOW + HOUR) is None
    assert items(session) == []


@pytest.mark.parametrize(("draft", "field"), [
    (FeedDraft("", "https://a.example/", 1), "name"),
    (FeedDraft("x" * 101, "https://a.example/", 1), "name"),
    (FeedDraft("x", "", 1), "address"),
    (FeedDraft("x", "file:///etc/passwd", 1), "address"),
    (FeedDraft("x", "https://a:b@c.example/", 1), "address"),
    (FeedDraft("x", "https://a b/", 1), "address"),
    (FeedDraft("x", "https://a.example/" + "x" * 2_000, 1), "address"),
    (FeedDraft("x", "https://a.example/", 2), "every_hours"),
    (FeedDraft("x", "https://a.example/", 1, language="xx"), "language"),
])
def test_what_is_no_feed_is_refused_at_its_field(
    session: Session, draft: FeedDraft, field: str
) -> None:
    with pytest.raises(BadInput) as caught:
        add_feed(draft, now=NOW, account_id=None)
    assert caught.value.field == field


def test_an_address_is_looked_at_once(session: Session, feed: Feed) -> None:
    with pytest.raises(BadInput, match="exists"):
        add_feed(FeedDraft("Nog eens", feed.address, 1), now=NOW, account_id=None)


def test_of_more_than_a_person_reads_the_oldest_fall_away_and_do_not_come_back(
    session: Session, rude: Rude, feed: Feed
) -> None:
    look(rude, feed, *(piece(f"Oud {n}", guid=f"o{n}", link=f"/o{n}") for n in range(3)))
    many = [piece(f"Nieuw {n}", guid=f"n{n}", link=f"/n{n}") for n in range(MOST_WAITING - 1)]
    for at in (2, 4):
        look(rude, feed, *many, at=at)
        aside = [item for item in items(session) if item.state is ItemState.ASIDE]
        # The first of a look is the newest of it.
        assert [item.title for item in aside] == ["Oud 1", "Oud 2"]
        assert {(item.decided_at, item.decided_by) for item in aside} == {(NOW + 2 * HOUR, None)}
    accept_item(aside[0].id, tuple(theme_ids("data")), now=NOW, account_id=None)


def test_what_lies_aside_loses_its_words_after_ninety_days_and_is_not_given_again(
    session: Session, rude: Rude, feed: Feed
) -> None:
    look(rude, feed, piece("Weg"), piece("Wacht", guid="2", link="/twee"))
    gone, waits = items(session)
    put_aside(gone.id, now=NOW, account_id=None)
    assert forget_items(now=NOW + timedelta(days=90)) == 0
    assert forget_items(now=NOW + timedelta(days=90, seconds=1)) == 1
    assert forget_items(now=NOW + timedelta(days=90, seconds=1)) == 0
    emptied = items(session)[0]
    assert (emptied.title, emptied.summary, emptied.authors) == ("", "", [])
    assert waits.title == "Wacht"
    assert find_item(gone.id) is None
    assert items_in(ItemState.ASIDE) == ([], False)
    assert look(rude, feed, piece("Weg"), at=2) == 0
