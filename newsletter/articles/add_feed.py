"""Add a feed, change it, switch it off and on, or ask for a look at it now."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from newsletter.articles.drafts import LANGUAGES, LONGEST_NAME, address_fault, line_fault
from newsletter.articles.feed_models import Feed
from newsletter.articles.read_feed import canonical
from newsletter.errors import BadInput
from newsletter.extensions import db

EVERY_HOURS = (1, 3, 6, 12, 24)


@dataclass(frozen=True)
class FeedDraft:
    """A feed as it is typed; `every_hours` is how long lies between two looks."""

    name: str
    address: str
    every_hours: int
    language: str = "nl"


def add_feed(draft: FeedDraft, *, now: datetime, account_id: int | None) -> Feed:
    """A feed, due at once. Raises BadInput at the field that cannot be taken."""
    draft = _check(draft, but=None)
    feed = Feed(name=draft.name, address=draft.address, every_hours=draft.every_hours,
                language=draft.language, added_by=account_id, added_at=now, due_at=now)
    db.session.add(feed)
    db.session.flush()
    return feed


def change_feed(feed: Feed, draft: FeedDraft, *, now: datetime) -> None:
    """Write the draft over the feed. At another address it begins anew, and is due at once.

    Raises BadInput at the field that cannot be taken.
    """
    draft = _check(draft, but=feed.id)
    if draft.address != feed.address:
        feed.etag = feed.modified = feed.trouble_detail = ""
        feed.trouble = feed.failing_since = feed.begun_at = None
        feed.due_at = now
    feed.name, feed.address = draft.name, draft.address
    feed.every_hours, feed.language = draft.every_hours, draft.language
    db.session.flush()


def switch_off(feed: Feed, *, now: datetime) -> None:
    """Look at it no more; what it gave stays."""
    feed.off_at = feed.off_at or now
    feed.trouble, feed.trouble_detail, feed.failing_since = None, "", None
    feed.begun_at = None


def switch_on(feed: Feed, *, now: datetime) -> None:
    """Look at it again, at once."""
    feed.off_at, feed.due_at = None, now


def ask_look(feed: Feed, *, now: datetime) -> None:
    """Let it be due now."""
    feed.due_at = min(feed.due_at, now)


def _check(draft: FeedDraft, *, but: int | None) -> FeedDraft:
    name, typed = " ".join(draft.name.split()), draft.address.strip()
    if reason := line_fault(name, longest=LONGEST_NAME, needed=True):
        raise BadInput("name", reason)
    if not typed:
        raise BadInput("address", "no_address")
    if reason := address_fault(typed):
        raise BadInput("address", reason)
    # What a feed's own query says may matter to it, so the address is kept as it was typed.
    address = typed if typed.isascii() else canonical(typed, "")
    if not address.startswith(("http://", "https://")):
        raise BadInput("address", "no_address")
    if db.session.scalar(select(Feed.id).where(Feed.address == address,
                                               Feed.id.is_distinct_from(but))):
        raise BadInput("address", "exists")
    if draft.every_hours not in EVERY_HOURS:
        raise BadInput("every_hours", "unknown")
    if draft.language not in LANGUAGES:
        raise BadInput("language", "unknown")
    return FeedDraft(name, address, draft.every_hours, draft.language)
