"""Forget what feeds gave and nobody took: its words and the names in it go (P07)."""

from datetime import datetime, timedelta

from sqlalchemy import select, update

from newsletter.articles.feed_models import FeedItem, ItemState
from newsletter.extensions import db

KEPT_ASIDE = timedelta(days=90)
AT_ONCE = 1_000


def forget_items(*, now: datetime) -> int:
    """How many pieces lost their words, ninety days after they were put aside; a thousand a call.

    The key and the address stay: else the feed would give the same piece as new.
    """
    old = (
        select(FeedItem.id)
        .where(FeedItem.state == ItemState.ASIDE, FeedItem.title != "",
               FeedItem.decided_at < now - KEPT_ASIDE)
        .order_by(FeedItem.decided_at).limit(AT_ONCE).with_for_update(skip_locked=True)
    )
    emptied = db.session.execute(
        update(FeedItem).where(FeedItem.id.in_(old))
        .values(title="", summary="", body_md="", authors=[])
        .returning(FeedItem.id)
        .execution_options(synchronize_session=False)
    )
    return len(emptied.all())
