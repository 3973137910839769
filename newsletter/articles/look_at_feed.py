"""Look at a feed: take the look, fetch what is there, and keep what is new; each on its own.

What is fetched is fetched between two transactions. A piece is known by what the feed calls it, and
by its address: a feed that calls it otherwise, or another feed, does not give it twice (S10).

Of two feeds that give the same address, the one that stands nearer to it is believed: else whoever
comes first could say what stands on another's page, and keep that other away.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from newsletter.articles.feed_models import Feed, FeedItem, ItemState
from newsletter.articles.read_feed import Found, read_feed
from newsletter.articles.whose import nearness
from newsletter.errors import FetchFailed
from newsletter.extensions import db
from newsletter.fetching.fetch import Limits, fetch
from newsletter.fetching.hosts import Resolve
from newsletter.fetching.trouble import Trouble

MOST_WAITING = 200  # pieces of one feed: who gives more, gives more than a person reads
LONGEST_MARK = 500  # characters of an ETag or a date that are given back to who gave them


@dataclass(frozen=True)
class Look:
    """A look that is under way: at which feed, and what it said of itself the last time."""

    feed_id: int
    address: str
    etag: str
    modified: str


@dataclass(frozen=True)
class Seen:
    """What a look saw; `found` is None when nothing changed since the last one."""

    found: list[Found] | None = None
    etag: str = ""
    modified: str = ""
    trouble: Trouble | None = None
    detail: str = ""


def claim_look(feed_id: int, *, now: datetime) -> Look | None:
    """The look at a feed that is due, for whoever asks first; the next comes in its own time."""
    feed = db.session.scalar(
        select(Feed)
        .where(Feed.id == feed_id, Feed.off_at.is_(None), Feed.due_at <= now)
        .with_for_update(skip_locked=True)
    )
    if feed is None:
        return None
    if feed.begun_at is not None:
        _note_trouble(feed, Trouble.NOT_FINISHED, "", now=now)
    feed.begun_at, feed.due_at = now, now + timedelta(hours=feed.every_hours)
    return Look(feed.id, feed.address, feed.etag, feed.modified)


def see(
    look: Look, *, here: frozenset[tuple[str, int]] = frozenset(),
    resolver: Resolve | None = None, limits: Limits | None = None,
) -> Seen:
    """What stands there now. Goes over the network: never inside a transaction."""
    try:
        came = fetch(look.address, etag=look.etag, modified=look.modified, here=here,
                     resolver=resolver, limits=limits)
        if came.is_unchanged:
            return Seen(None, look.etag, look.modified)
        found = read_feed(came.content, content_type=came.content_type, base=came.address)
    except FetchFailed as error:
        return Seen(trouble=Trouble(error.reason), detail=error.detail[:200])
    return Seen(found, _mark(came.etag), _mark(came.modified))


def keep_seen(look: Look, seen: Seen, *, now: datetime) -> int:
    """Keep what a look saw; how many pieces are new. Nothing of an address that was changed."""
    feed = db.session.get(Feed, look.feed_id, with_for_update=True, populate_existing=True)
    if feed is None or feed.off_at is not None or feed.address != look.address:
        return 0
    feed.looked_at, feed.begun_at = now, None
    if seen.trouble is not None:
        _note_trouble(feed, seen.trouble, seen.detail, now=now)
        return 0
    feed.trouble, feed.trouble_detail, feed.failing_since = None, "", None
    feed.etag, feed.modified = seen.etag, seen.modified
    feed.found_last = _keep_items(feed, seen.found or (), now=now)
    _put_surplus_aside(feed.id, now=now)
    return feed.found_last


def _put_surplus_aside(feed_id: int, *, now: datetime) -> None:
    """What waited longest falls away, by nobody's hand: the desk can still take it over."""
    newest = (
        select(FeedItem.id)
        .where(FeedItem.feed_id == feed_id, FeedItem.state == ItemState.WAITING)
        # Of one look, what stands first in the feed is the newest.
        .order_by(FeedItem.found_at.desc(), FeedItem.id).limit(MOST_WAITING)
    )
    db.session.execute(
        update(FeedItem)
        .where(FeedItem.feed_id == feed_id, FeedItem.state == ItemState.WAITING,
               FeedItem.id.not_in(newest))
        .values(state=ItemState.ASIDE, decided_at=now, decided_by=None)
        .execution_options(synchronize_session=False)
    )


def _note_trouble(feed: Feed, trouble: Trouble, detail: str, *, now: datetime) -> None:
    feed.trouble, feed.trouble_detail = trouble, detail
    feed.failing_since = feed.failing_since or now


def _keep_items(feed: Feed, found: Iterable[Found], *, now: datetime) -> int:
    pieces = list(found)
    known = db.session.scalars(select(FeedItem).where(or_(
        (FeedItem.feed_id == feed.id) & FeedItem.key.in_([one.key for one in pieces]),
        FeedItem.address.in_([one.address for one in pieces if one.address]),
    ))).all()
    ours = [item for item in known if item.feed_id == feed.id]
    by_key = {item.key: item for item in ours}
    by_address = {item.address or "": item for item in ours if item.address}
    new = 0
    for one in pieces:
        item = by_key.get(one.key) or by_address.get(one.address)
        if item is not None:
            if item.state is ItemState.WAITING:
                _follow(item, one)
        # Another feed may have given the same piece, also at this very moment.
        elif _add(feed.id, one, now=now) or (
            _make_way(feed, one.address) and _add(feed.id, one, now=now)
        ):
            new += 1
    return new


def _make_way(feed: Feed, address: str) -> bool:
    """Whether a piece of another feed went away, as this feed stands nearer to the page.

    Never what the desk took over: from then on it is ours, and stays what it is.
    """
    rival = db.session.execute(
        select(FeedItem.id, Feed.address).join(Feed, Feed.id == FeedItem.feed_id)
        .where(FeedItem.address == address, FeedItem.feed_id != feed.id)
    ).one_or_none()
    if rival is None or nearness(feed.address, address) <= nearness(rival.address, address):
        return False
    # What this takes away, the other feed does not give again: the address is taken from now on.
    gone = db.session.scalar(
        delete(FeedItem)
        .where(FeedItem.id == rival.id, FeedItem.state != ItemState.ACCEPTED)
        .returning(FeedItem.id)
    )
    return gone is not None


def _add(feed_id: int, one: Found, *, now: datetime) -> bool:
    made = db.session.scalar(
        insert(FeedItem)
        .values(feed_id=feed_id, key=one.key, address=one.address or None, title=one.title,
                summary=one.summary, body_md=one.body_md, authors=list(one.authors),
                published_on=one.published_on, state=ItemState.WAITING, found_at=now)
        .on_conflict_do_nothing()
        .returning(FeedItem.id)
    )
    return made is not None


def _follow(item: FeedItem, one: Found) -> None:
    """What waits says what the feed says now."""
    db.session.execute(
        update(FeedItem)
        .where(FeedItem.id == item.id, FeedItem.state == ItemState.WAITING)
        .values(title=one.title, summary=one.summary, body_md=one.body_md,
                authors=list(one.authors), published_on=one.published_on)
    )


def _mark(text: str) -> str:
    return text if len(text) <= LONGEST_MARK and text.isascii() and text.isprintable() else ""
