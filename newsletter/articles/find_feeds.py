"""Reads of feeds and of what they gave."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from newsletter.articles.feed_models import Feed, FeedItem, ItemState
from newsletter.extensions import db

PAGE_SIZE = 20
LARGEST_ID = 2**63 - 1  # that a column can hold; an address may name a larger one


def due_feeds(now: datetime) -> Sequence[int]:
    """The feeds that are to be looked at, the longest due first."""
    return db.session.scalars(
        select(Feed.id).where(Feed.off_at.is_(None), Feed.due_at <= now).order_by(Feed.due_at)
    ).all()


def all_feeds() -> Sequence[Feed]:
    """Every feed by name, those that are off last."""
    return db.session.scalars(
        select(Feed).order_by(Feed.off_at.is_not(None), func.lower(Feed.name), Feed.id)
    ).all()


def failing_feeds(*, since: datetime) -> Sequence[Feed]:
    """The feeds that are on and began to fail then or later, the longest first."""
    return db.session.scalars(
        select(Feed).where(Feed.off_at.is_(None), Feed.failing_since >= since)
        .order_by(Feed.failing_since, Feed.id)
    ).all()


def find_feed(feed_id: int) -> Feed | None:
    """The feed with this id."""
    return db.session.get(Feed, feed_id) if feed_id <= LARGEST_ID else None


def find_item(item_id: int) -> FeedItem | None:
    """The piece with this id, unless its words are gone."""
    found = db.session.get(FeedItem, item_id) if item_id <= LARGEST_ID else None
    return found if found is not None and found.title else None


def waiting_by_feed() -> dict[int, int]:
    """How many pieces wait for a person, for each feed that has any."""
    rows = db.session.execute(
        select(FeedItem.feed_id, func.count()).where(FeedItem.state == ItemState.WAITING)
        .group_by(FeedItem.feed_id)
    )
    return {row.feed_id: row[1] for row in rows}


def items_in(
    state: ItemState, *, before: int | None = None
) -> tuple[Sequence[tuple[FeedItem, Feed]], bool]:
    """A page of what is in that state, found last first, and whether more follows.

    `before` is the last id of the page before.
    """
    wanted = (
        select(FeedItem, Feed).join(Feed, Feed.id == FeedItem.feed_id)
        .where(FeedItem.state == state, FeedItem.title != "")
        .order_by(FeedItem.id.desc()).limit(PAGE_SIZE + 1)
    )
    if before is not None:
        wanted = wanted.where(FeedItem.id < before)
    rows = [(item, feed) for item, feed in db.session.execute(wanted)]
    return rows[:PAGE_SIZE], len(rows) > PAGE_SIZE
